import { chmodSync, mkdirSync, readFileSync, statSync, symlinkSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import type { BootstrapFacts } from '../../src/bootstrap/report.js'
import { destroyCluster, planDestroy } from '../../src/drivers/destroy.js'
import type { OpenedCluster } from '../../src/drivers/driver.js'
import { findDriver } from '../../src/drivers/index.js'
import { describeProvision, provisionCluster } from '../../src/drivers/lifecycle.js'
import type { Opened } from '../../src/drivers/open.js'
import { planProvision } from '../../src/drivers/plan.js'
import { LoError } from '../../src/errors.js'
import { apiOf, itOnCluster, startCluster, clusterTimeout as timeout } from '../helpers/cluster.js'
import { realContext } from '../helpers/context.js'
import { fakePlatform } from '../helpers/kubehz.js'
import { clusterSpec, makeFolder, readTree, writeFiles } from '../helpers/project.js'
import { loadCluster } from '../helpers/specs.js'

const domain = 'shared.test'

/** A cluster whose driver is this one, in a project of its own. */
async function openWith(driver: Partial<OpenedCluster>, more: Partial<Opened> = {}) {
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
    ...more,
  }
  return { ...(await realContext({ cwd: root, env: {} })), root, kubeconfig, opened }
}

const bootstrapped: BootstrapFacts = {
  domain: 'shared.test',
  milliseconds: 1,
  criticalPath: [],
  entries: [{ entry: 'cilium', outcome: 'created', objects: 1, milliseconds: 1 }],
}

/** A driver of the cluster that all tests share, and a record of what is called. */
async function sharedDriver() {
  const shared = await startCluster()
  const text = readFileSync(shared.kubeconfig, 'utf8')
  const calls: string[] = []
  const driver: Partial<OpenedCluster> = {
    provision: async () => {
      calls.push('driver')
      return 'unchanged'
    },
    kubeconfig: async () => text,
    inventory: async () => ['a server'],
    export: async () => ({ FROM_DRIVER: '1' }),
    untilReady: async entries => {
      calls.push(`ready after ${entries}`)
    },
    publicKey: async () => 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGXu3nQyF6rCk3d5qIYDPIGqHqGJ8c6l9zq5qRXnE0Ym',
  }
  const bootstrap: NonNullable<Opened['bootstrap']> = {
    plan: async kubeconfig => [{ action: kubeconfig ? 'keep' : 'create', what: 'addon cilium' }],
    apply: async ({ variables }) => {
      calls.push(`bootstrap with ${JSON.stringify(variables)}`)
      return bootstrapped
    },
  }
  return { shared, text, calls, driver, bootstrap }
}

const fingerprint = 'MD5:62:e4:1a:4e:52:c8:22:43:d6:98:b6:71:e7:59:89:82'
const registering = { method: 'POST', url: '/api/clusters/register', body: { domain, fingerprint } }
const goOn = `Run \`lo provision ${domain}\` again to go on, or \`lo destroy ${domain}\` to remove it.`

itOnCluster(
  'saves the kubeconfig for its owner alone, hides it from git, and marks the cluster',
  { timeout },
  async () => {
    const { shared, text, driver } = await sharedDriver()
    const { opened, ctx, root, kubeconfig, events } = await openWith(driver)
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
        data: { name: 'test', domain },
      },
    )
    expect(events).toEqual([
      expect.objectContaining({ type: 'warning', file: '.kubeconfig/secret.shared.test.yaml' }),
    ])
  },
)

itOnCluster(
  'makes the cluster, bootstraps it, waits for its nodes, then registers it',
  { timeout },
  async () => {
    const { calls, driver, bootstrap } = await sharedDriver()
    const apiUrl = await fakePlatform([{ ...registering, answer: { status: 201, body: { id: 'abc' } } }])
    const { opened, ctx } = await openWith(driver, {
      bootstrap,
      registration: { domain, access: 'registered', apiUrl },
    })
    const watched = {
      ...ctx,
      fetch: (...args: Parameters<typeof fetch>) => {
        calls.push('registration')
        return ctx.fetch(...args)
      },
    }
    const report = await provisionCluster(opened, watched)
    expect(calls).toEqual([
      'driver',
      'bootstrap with {"FROM_DRIVER":"1"}',
      'ready after cilium',
      'registration',
    ])
    expect(describeProvision(report)).toMatchObject({
      bootstrap: bootstrapped,
      registration: { state: 'pending', id: 'abc', fingerprint },
    })
  },
)

itOnCluster(
  'does not register what could not be bootstrapped, and says how to go on',
  { timeout },
  async () => {
    const { driver, bootstrap } = await sharedDriver()
    const apiUrl = await fakePlatform([])
    const apply = () =>
      Promise.reject(new LoError('APPLY_FAILED', 'cilium cannot be applied.', { hint: 'Look.' }))
    const { opened, ctx } = await openWith(driver, {
      bootstrap: { ...bootstrap, apply },
      registration: { domain, access: 'registered', apiUrl },
    })
    await expect(provisionCluster(opened, ctx)).rejects.toMatchObject({
      code: 'APPLY_FAILED',
      message: 'cilium cannot be applied.',
      detail: `There is of the cluster of ${domain}:\n  a server`,
      hint: `Look. ${goOn}`,
    })
  },
)

itOnCluster('takes a registration that fails for a warning', { timeout }, async () => {
  const { driver } = await sharedDriver()
  const body = { error: 'closed' }
  const apiUrl = await fakePlatform([{ ...registering, answer: { status: 503, body } }])
  const registration = { domain, access: 'registered', apiUrl } as const
  const [refused, keyless] = [
    await openWith(driver, { registration }),
    await openWith({ ...driver, publicKey: async () => undefined }, { registration }),
  ]
  const hint = `the cluster is fine; register it later with \`lo kubehz register ${domain}\``
  expect(await provisionCluster(refused.opened, refused.ctx)).not.toHaveProperty('registered')
  expect(refused.events).toEqual([
    {
      type: 'warning',
      message: `${domain} could not be registered: ${apiUrl} answered 503: {"error":"closed"}`,
      hint,
    },
  ])
  expect(await provisionCluster(keyless.opened, keyless.ctx)).toMatchObject({ outcome: 'unchanged' })
  expect(keyless.events).toEqual([
    {
      type: 'warning',
      message: `The cluster of ${domain} has no SSH key, so it has no fingerprint`,
      hint,
    },
  ])
})

itOnCluster('leaves a cluster alone that is that of another domain', { timeout }, async () => {
  const { driver, shared } = await sharedDriver()
  const { opened, ctx } = await openWith(driver)
  const cluster = { ...opened.cluster, domain: 'other.test' }
  await expect(provisionCluster({ ...opened, cluster }, ctx)).rejects.toMatchObject({
    code: 'CLUSTER_WRONG',
    message: expect.stringContaining(`is the cluster of ${domain}, not of other.test.`),
  })
  const api = await apiOf(shared)
  const mark = await api.request('GET', '/api/v1/namespaces/kube-system/configmaps/lok8s-cluster')
  expect(mark).toMatchObject({ data: { domain } })
})

it('leaves everything to a driver that does the whole life cycle', async () => {
  const apiUrl = await fakePlatform([])
  const unexpected = () => Promise.reject(new Error('not expected here'))
  const { opened, ctx } = await openWith(
    { provision: async () => 'complete', kubeconfig: async () => undefined },
    {
      bootstrap: { plan: unexpected, apply: unexpected },
      registration: { domain, access: 'managed', apiUrl },
    },
  )
  expect(describeProvision(await provisionCluster(opened, ctx))).toEqual({
    domain,
    cluster: 'test',
    kind: 'Rehearsal',
    outcome: 'complete',
  })
})

it('plans driver, kubeconfig, addons and registration, and writes nothing', async () => {
  const { opened, ctx, kubeconfig, root } = await openWith(
    { plan: async () => [{ action: 'create', what: 'a server' }] },
    {
      bootstrap: {
        plan: async file => [{ action: file ? 'keep' : 'create', what: 'addon cilium' }],
        apply: () => Promise.reject(new Error('not expected here')),
      },
      registration: { domain, access: 'managed', apiUrl: 'https://api.example.org' },
    },
  )
  expect(await planProvision(opened, ctx)).toEqual([
    { action: 'create', what: 'a server' },
    { action: 'create', what: kubeconfig },
    { action: 'create', what: 'addon cilium' },
    { action: 'create', what: 'registration with https://api.example.org' },
  ])
  writeFiles(root, { '.kubeconfig/test.yaml': '' })
  expect((await planProvision(opened, ctx)).slice(1, 3)).toEqual([
    { action: 'keep', what: kubeconfig },
    { action: 'keep', what: 'addon cilium' },
  ])
})

it('writes no kubeconfig where a link leads out of the project', async () => {
  const { opened, ctx, root } = await openWith({
    provision: async () => 'unchanged',
    kubeconfig: async () => 'secret',
    inventory: async () => [],
  })
  symlinkSync(makeFolder(), path.join(root, '.kubeconfig'))
  await expect(provisionCluster(opened, ctx)).rejects.toMatchObject({ code: 'PATH_OUTSIDE' })
})

it('does not hide an error behind one of the driver, which is asked what there is', async () => {
  const { opened, ctx } = await openWith({
    provision: () => Promise.reject(new LoError('PROVISION_FAILED', 'No servers left.')),
  })
  await expect(provisionCluster(opened, ctx)).rejects.toMatchObject({
    message: 'No servers left.',
    detail: expect.stringContaining('its driver does not answer'),
    hint: goOn,
  })
})

it('does not say that all is gone while something is left', async () => {
  const { opened, ctx } = await openWith({ destroy: async () => {}, inventory: async () => ['a server'] })
  await expect(destroyCluster(opened, ctx)).rejects.toMatchObject({
    code: 'DESTROY_FAILED',
    detail: 'a server',
    hint: `Run \`lo destroy ${domain}\` again to go on.`,
  })
})

it('takes a kubeconfig for that of a cluster only when there is the cluster, or a destroy has set it aside', async () => {
  const { opened, ctx, root, kubeconfig } = await openWith({
    destroy: async () => {},
    inventory: async () => [],
  })
  writeFiles(root, { '.kubeconfig/test.yaml': 'elsewhere', '.kubeconfig/test.yaml.destroying': 'set aside' })
  const { removed, remarks } = await planDestroy(opened)
  expect(removed).toEqual([`${kubeconfig}.destroying`])
  expect(remarks).toEqual([expect.stringMatching(/test\.yaml stays: no such cluster was found/)])
  await destroyCluster(opened, ctx)
  expect(readTree(path.join(root, '.kubeconfig'))).toEqual({ 'test.yaml': 'elsewhere' })
})

it('finds a driver whatever the case of its kind', () => {
  const project = { root: makeFolder() }
  expect(findDriver('rehearsal', project)).toBe(findDriver('REHEARSAL', project))
})
