import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect } from 'vitest'
import { lockFolder } from '../../../src/drivers/lock.js'
import type { KubeObject } from '../../../src/kube/object.js'
import {
  apiOf,
  destroy,
  itOnCluster,
  ownCluster,
  planCluster,
  provision,
  clusterTimeout as timeout,
} from '../../helpers/cluster.js'
import { lo, startLo } from '../../helpers/lo.js'
import { makeFolder } from '../../helpers/project.js'
import { commandsThatName, isGone, occupy, placeOfCluster, readRecords, until } from './processes.js'

const configMaps = '/api/v1/namespaces/default/configmaps'
const configMap = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'kept' }, data: { key: 'value' } }

itOnCluster(
  'comes back with its data when everything was killed, and follows the spec',
  { timeout },
  async () => {
    const cluster = await ownCluster({ nodes: 2 })
    const api = await apiOf(cluster)
    await api.request('POST', configMaps, { body: configMap })

    for (const { pid } of Object.values(readRecords(cluster))) process.kill(pid, 'SIGKILL')
    await until(() => Object.values(readRecords(cluster)).every(isGone))
    // After a reboot somebody else may be first to take the port.
    await occupy(Number(new URL(api.server).port))
    await provision(cluster)
    const moved = await apiOf(cluster)
    expect(moved.server).not.toBe(api.server)
    expect(await moved.request('GET', `${configMaps}/kept`)).toMatchObject({ data: configMap.data })

    const before = readRecords(cluster)
    const changed = 'nodes: 1\n  kubernetes: { version: v1.99.0 }'
    const spec = path.join(cluster.root, 'clusters/example.com/cluster.lok8s.yaml')
    writeFileSync(spec, readFileSync(spec, 'utf8').replace('nodes: 2', changed))
    expect(await provision(cluster)).toMatch(/warning: .*example\.com runs Kubernetes \S+, not 1\.99\.0/)
    const { kubelet, ...others } = readRecords(cluster)
    expect({ ...others, kubelet: before.kubelet }).toEqual(before)
    expect(kubelet).not.toEqual(before.kubelet)
    const { items } = await moved.request<{ items: KubeObject[] }>('GET', '/api/v1/nodes')
    expect(items).toHaveLength(1)
  },
)

itOnCluster('lets clusters of one domain in two projects live side by side', { timeout }, async () => {
  const cache = makeFolder()
  const [one, other] = [planCluster({ cache }), planCluster({ cache })]
  const first = provision(one)
  await until(() => existsSync(lockFolder(one, true, one.env)))
  const [busy] = await Promise.all([
    lo(['provision'], { cwd: one.root, env: { ...one.env, DOMAIN_NAME: one.domain } }),
    provision(other),
    first,
  ])
  expect(busy).toMatchObject({
    exitCode: 1,
    stderr: expect.stringMatching(/Another lo \(process \d+\) is at work/),
  })

  const apis = [await apiOf(one), await apiOf(other)]
  expect(apis[0]!.server).not.toBe(apis[1]!.server)
  await apis[0]!.request('POST', configMaps, { body: configMap })
  await expect(apis[1]!.request('GET', `${configMaps}/kept`)).rejects.toMatchObject({ reason: 'NotFound' })

  await destroy(one)
  expect(await apis[1]!.text('/readyz')).toBe('ok')
  expect(existsSync(one.kubeconfig)).toBe(false)
})

itOnCluster('goes on after a provision that was killed', { timeout }, async () => {
  const cluster = planCluster()
  await startAndKill(cluster)
  const { etcd } = readRecords(cluster)
  await provision(cluster)
  expect(readRecords(cluster).etcd).toEqual(etcd)
  const api = await apiOf(cluster)
  const mark = await api.request('GET', '/api/v1/namespaces/kube-system/configmaps/lok8s-cluster')
  expect(mark).toMatchObject({ data: { domain: 'example.com', name: 'test' } })
  expect(statSync(cluster.kubeconfig).mode & 0o777).toBe(0o600)
  expect(statSync(path.dirname(cluster.kubeconfig)).mode & 0o777).toBe(0o700)
})

itOnCluster('destroys what a killed provision has left', { timeout }, async () => {
  const cluster = planCluster()
  await startAndKill(cluster)
  const { folder } = placeOfCluster(cluster)
  expect(commandsThatName(folder)).not.toEqual([])
  await destroy(cluster)
  expect(commandsThatName(folder)).toEqual([])
  expect(existsSync(folder)).toBe(false)
  await destroy(cluster)
})

/** Kills `lo provision` as soon as it has started a program. */
async function startAndKill(cluster: ReturnType<typeof planCluster>): Promise<void> {
  const run = startLo(['provision', cluster.domain], { cwd: cluster.root, env: cluster.env })
  await until(() => readRecords(cluster).etcd !== undefined)
  run.kill('SIGKILL')
  await run
  expect(isGone(readRecords(cluster).etcd!)).toBe(false)
}
