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
