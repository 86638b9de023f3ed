import { chmodSync, mkdirSync, readFileSync, statSync, symlinkSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { destroyCluster } from '../../src/drivers/destroy.js'
import type { OpenedCluster } from '../../src/drivers/driver.js'
import { findDriver } from '../../src/drivers/index.js'
import { provisionCluster } from '../../src/drivers/lifecycle.js'
import type { Opened } from '../../src/drivers/open.js'
import { apiOf, itOnCluster, startCluster, clusterTimeout as timeout } from '../helpers/cluster.js'
import { realContext } from '../helpers/context.js'
import { clusterSpec, makeFolder, writeFiles } from '../helpers/project.js'
import { loadCluster } from '../helpers/specs.js'

/** A cluster whose driver is this one, in a project of its own. */
async function openWith(driver: Partial<OpenedCluster>, domain = 'shared.test') {
  const root = makeFolder()
  const { spec } = loadCluster(clusterSpec('example.com')).cluster
  const kubeconfig = path.join(root, '.kubeconfig/test.yaml')
  const unexpected = () => Promise.reject(new Error('not expected here'))
  const opened: Opened = {
    cluster: { name: 'test', domain, spec, specFile: path.join(root, 'spec.yaml'), root, kubeconfig },
    lock: path.join(root, 'lock'),
    driver: {
      provision: unexpected,
      destroy: unexpected,
      inventory: unexpected,
      status: unexpected,
      kubeconfig: unexpected,
      ...driver,
    },
  }
  return { ...(await realContext({ cwd: root, env: {} })), root, kubeconfig, opened }
}

itOnCluster(
  'saves the kubeconfig for its owner alone, hides it from git, and marks the cluster',
  { timeout },
  async () => {
    const shared = await startCluster()
    const text = readFileSync(shared.kubeconfig, 'utf8')
    const { opened, ctx, root, kubeconfig, events } = await openWith({
      provision: async () => 'unchanged',
      kubeconfig: async () => text,
    })
    mkdirSync(path.join(root, '.kubeconfig'))
    chmodSync(path.join(root, '.kubeconfig'), 0o755)
    writeFiles(root, { '.kubeconfig/secret.shared.test.yaml': '' })

    const api = await apiOf(shared)
    const report = await provisionCluster(opened, ctx)
    expect(report).toMatchObject({ outcome: 'unchanged', server: api.server })
    expect(readFileSync(kubeconfig, 'utf8')).toBe(text)
    expect(statSync(kubeconfig).mode & 0o777).toBe(0o600)
    expect(statSync(path.dirname(kubeconfig)).mode & 0o777).toBe(0o700)
    expect(readFileSync(path.join(root, '.kubeconfig/.gitignore'), 'utf8')).toBe('*\n')
    expect(await api.request('GET', '/api/v1/namespaces/kube-system/configmaps/lok8s-cluster')).toMatchObject(
      {
        data: { name: 'test', domain: 'shared.test' },
      },
    )
    expect(events).toEqual([
      expect.objectContaining({ type: 'warning', file: '.kubeconfig/secret.shared.test.yaml' }),
    ])
  },
)

it('writes no kubeconfig where a link leads out of the project', async () => {
  const { opened, ctx, root } = await openWith({
    provision: async () => 'unchanged',
    kubeconfig: async () => 'secret',
  })
  symlinkSync(makeFolder(), path.join(root, '.kubeconfig'))
  await expect(provisionCluster(opened, ctx)).rejects.toMatchObject({ code: 'PATH_OUTSIDE' })
})

it('does not say that all is gone while something is left', async () => {
  const { opened, ctx } = await openWith({ destroy: async () => {}, inventory: async () => ['a server'] })
  await expect(destroyCluster(opened, ctx)).rejects.toMatchObject({
    code: 'DESTROY_FAILED',
    detail: 'a server',
  })
})

it('finds a driver whatever the case of its kind', () => {
  const project = { root: makeFolder() }
  expect(findDriver('rehearsal', project)).toBe(findDriver('REHEARSAL', project))
})
