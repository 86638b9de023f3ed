import { expect } from 'vitest'
import { itOnCluster, clusterTimeout as timeout } from '../../helpers/cluster.js'
import { makeDeploy } from '../../helpers/deploy.js'
import { configMap, custom, definition, deployment } from '../../helpers/manifests.js'
import { recordRequests } from '../../helpers/recorder.js'

const using = (settings: string) =>
  deployment('web', { pod: `volumes:\n- configMap:\n    name: ${settings}\n  name: settings\n` })

itOnCluster(
  'a ConfigMap whose name has a new hash is there before the pods that use it, and the old one stays',
  { timeout },
  async () => {
    const test = await makeDeploy()
    test.artifact('web', [using('settings-a1'), configMap('settings-a1')])
    await test.succeed()
    const { kubeconfig, writes } = await recordRequests(test.cluster)
    test.useKubeconfig(kubeconfig)
    test.artifact('web', [using('settings-b2'), configMap('settings-b2', 'two')])
    await test.succeed()
    expect(writes().filter(line => !line.includes('/kube-system/'))).toEqual([
      `PATCH /api/v1/namespaces/${test.namespace}/configmaps/settings-b2`,
      `PATCH /apis/apps/v1/namespaces/${test.namespace}/deployments/web`,
    ])
    // Pods of the older template may still be started.
    expect(await test.get('v1 configmaps/settings-a1')).toBeDefined()
  },
)

itOnCluster(
  'an object that moves to another target, earlier or later, stays the same one',
  { timeout },
  async () => {
    const test = await makeDeploy()
    const [moves, stays] = [deployment('moves'), configMap('stays')]
    test.artifact('a', [moves, configMap('a')])
    test.artifact('b', [stays])
    await test.succeed()
    const { uid } = (await test.get('apps/v1 deployments/moves'))!.metadata
    const { kubeconfig, requests } = await recordRequests(test.cluster)
    test.useKubeconfig(kubeconfig)
    test.artifact('a', [configMap('a')])
    test.artifact('b', [stays, moves])
    expect((await test.succeed()).stdout).toMatch(/^b {2}healthy {4}2 unchanged/m)
    test.artifact('a', [moves, configMap('a')])
    test.artifact('b', [stays])
    await test.succeed()
    expect((await test.get('apps/v1 deployments/moves'))?.metadata.uid).toBe(uid)
    expect(requests.filter(({ method }) => method === 'DELETE')).toEqual([])
  },
)

itOnCluster('what has left its target stays, and so does what was never in one', { timeout }, async () => {
  const test = await makeDeploy()
  const { group } = test
  await test.kubectl(['create', 'configmap', 'foreign'])
  test.artifact('web', [definition(group, 'Box'), custom(group, 'Box', 'kept'), configMap('gone')])
  await test.succeed()
  const { kubeconfig, requests } = await recordRequests(test.cluster)
  test.useKubeconfig(kubeconfig)
  // The definition goes, while an object of its kind is left in the cluster.
  test.artifact('web', [configMap('left')])
  expect((await test.succeed()).stdout).toMatch(/^web {2}healthy {4}1 created/)
  expect(requests.filter(({ method }) => method === 'DELETE')).toEqual([])
  expect(await test.get(`${group}/v1 boxs/kept`)).toBeDefined()
  expect(await test.get('v1 configmaps/gone')).toBeDefined()
  expect(await test.get('v1 configmaps/foreign')).toBeDefined()
})

itOnCluster(
  'objects whose definition somebody has taken from the cluster are named before anything is applied',
  { timeout },
  async () => {
    const test = await makeDeploy()
    const { group } = test
    test.artifact('web', [definition(group, 'Box'), custom(group, 'Box', 'kept'), configMap('a')])
    await test.succeed()
    await test.kubectl(['delete', 'crd', `boxs.${group}`])
    test.artifact('web', [custom(group, 'Box', 'kept'), configMap('a', 'two')])
    const { exitCode, stderr } = await test.deploy()
    expect(exitCode).toBe(2)
    expect(stderr).toContain(`Box.${group} kept: the cluster knows no kind Box of ${group}/v1`)
    expect(await test.get('v1 configmaps/a')).toMatchObject({ data: { key: 'one' } })
    // With the definition it is all made again.
    test.artifact('web', [custom(group, 'Box', 'kept'), definition(group, 'Box'), configMap('a', 'two')])
    expect((await test.succeed()).stdout).toMatch(/^web {2}healthy {4}2 created, 1 configured/)
  },
)
