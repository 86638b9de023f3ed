import { expect } from 'vitest'
import { itOnCluster, clusterTimeout as timeout } from '../../helpers/cluster.js'
import { makeDeploy } from '../../helpers/deploy.js'
import { configMap, custom, definition, deployment, job } from '../../helpers/manifests.js'
import { recordRequests } from '../../helpers/recorder.js'

itOnCluster('takes targets one after the other: definitions, resources, health', { timeout }, async () => {
  const { artifact, succeed, get, group } = await makeDeploy()
  artifact('b', [custom(group, 'Box', 'small'), definition(group, 'Box'), deployment('web'), job('task')])
  artifact('a', [configMap('first')])
  const { stdout, stderr } = await succeed()
  const story = stderr.split('\n').map(line => line.replace(/ t[0-9a-f]{8}\//, ' ').replace(/ {2}.*s$/, ''))
  expect(stdout).toMatch(/^a {2}healthy {4}1 created {2}\S+\nb {2}healthy {4}4 created {2}\S+$/)
  expect(story.slice(1, 9)).toEqual([
    'a: applying 1 resource',
    'a: ConfigMap first created',
    'b: applying 1 definition',
    `b: CustomResourceDefinition boxs.${group} created`,
    'b: applying 3 resources',
    `b: Box.${group} small created`,
    'b: Deployment web created',
    'b: Job task created',
  ])
  expect(await get('apps/v1 deployments/web')).toMatchObject({ status: { availableReplicas: 1 } })
})

itOnCluster('asks before it writes, and writes each object once', { timeout }, async () => {
  const { artifact, cluster, succeed, namespace, useKubeconfig } = await makeDeploy()
  const { kubeconfig, writes } = await recordRequests(cluster)
  useKubeconfig(kubeconfig)
  artifact('a', [configMap('first'), configMap('second')])
  await succeed()
  expect(writes().filter(line => !line.includes('/kube-system/'))).toEqual([
    `PATCH /api/v1/namespaces/${namespace}/configmaps/first`,
    `PATCH /api/v1/namespaces/${namespace}/configmaps/second`,
  ])
})

itOnCluster('applies again only what may not be as it was applied', { timeout }, async () => {
  const test = await makeDeploy()
  const { namespace } = test
  const { kubeconfig, requests } = await recordRequests(test.cluster)
  test.useKubeconfig(kubeconfig)
  const applied = async (args: string[] = []) => {
    requests.length = 0
    const { stdout } = await test.succeed(args)
    const own = requests.filter(({ method, agent }) => method === 'PATCH' && agent.startsWith('kubectl'))
    return [
      stdout.split(/ {2,}/)[2],
      ...own.map(({ path }) => path.split('?')[0]!.split('/').slice(-2).join('/')),
    ]
  }
  const secret = 'apiVersion: v1\nkind: Secret\nmetadata:\n  name: keys\nstringData:\n  key: value\n'
  const objects = (value: string) => [
    configMap('a', value),
    configMap('b'),
    secret,
    deployment('web', { replicas: 0 }),
  ]
  test.artifact('web', objects('one'))
  await test.succeed()
  expect(await applied()).toEqual(['4 unchanged', 'deployments/web'])

  // Another text of one, and of the Secret nothing is known that could be compared.
  test.artifact('web', objects('two'))
  expect(await applied()).toEqual([
    '1 configured, 3 unchanged',
    'configmaps/a',
    'secrets/keys',
    'deployments/web',
  ])
  expect(await applied()).toEqual(['4 unchanged', 'deployments/web'])

  // Somebody else has changed it, be it a field of ours or another one.
  await test.kubectl(['label', 'configmap', 'b', 'more=yes'])
  expect(await applied()).toEqual(['4 unchanged', 'configmaps/b', 'deployments/web'])
  await test.kubectl(['patch', 'configmap', 'a', '--type=merge', '--patch', '{"data":{"key":"theirs"}}'])
  expect((await test.deploy()).stderr).toContain(
    `ConfigMap ${namespace}/a: other field managers have set other values`,
  )
  expect((await applied(['--force-conflicts']))[0]).toBe('1 configured, 3 unchanged')
  expect(await test.get('v1 configmaps/a')).toMatchObject({ data: { key: 'two' } })

  // One that is gone is made again.
  await test.kubectl(['delete', 'configmap', 'b'])
  expect(await applied()).toContain('configmaps/b')
  expect(await test.get('v1 configmaps/b')).toBeDefined()
})
