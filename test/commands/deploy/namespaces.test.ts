import { expect } from 'vitest'
import { itOnCluster, clusterTimeout as timeout } from '../../helpers/cluster.js'
import { makeDeploy, writeArtifact } from '../../helpers/deploy.js'
import { configMap, custom, definition, namespace } from '../../helpers/manifests.js'

const clusterRole = (name: string) =>
  `apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata:\n  name: ${name}\nrules:\n- apiGroups:\n  - ""\n  resources:\n  - pods\n  verbs:\n  - get\n`

itOnCluster(
  'makes the namespace of a deployment domain, and puts into it what names none',
  { timeout },
  async () => {
    const test = await makeDeploy({ hasNamespace: false })
    const { api, group, namespace: own } = test
    const [other, role] = [`${own}-other`, `${own}-role`]
    test.cleanUp(`/api/v1/namespaces/${other}`)
    test.cleanUp(`/apis/rbac.authorization.k8s.io/v1/clusterroles/${role}`)
    test.artifact('base', [
      namespace(other),
      clusterRole(role),
      definition(group, 'Box'),
      definition(group, 'Globe', 'Cluster'),
      configMap('plain'),
      'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: flow, labels: { a: "1" } }\n',
      '{ "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "name": "json", "namespace": "" } }\n',
      configMap('foreign', 'one', `namespace: ${other}`),
      custom(group, 'Box', 'inside'),
      custom(group, 'Globe', 'outside'),
    ])
    const { stderr } = await test.succeed()
    expect(stderr.split('\n')[0]).toBe(
      `the namespace ${own} of ${test.domain} is not there yet: it is made first`,
    )
    const { document } = await test.deployJson()
    const objects: Record<string, string>[] = document.targets[0].objects
    expect(objects.map(({ kind, namespace, name, outcome }) => [kind, namespace, name, outcome])).toEqual([
      ['CustomResourceDefinition', undefined, `boxs.${group}`, 'unchanged'],
      ['CustomResourceDefinition', undefined, `globes.${group}`, 'unchanged'],
      ['Namespace', undefined, other, 'unchanged'],
      ['ClusterRole', undefined, role, 'unchanged'],
      ['ConfigMap', own, 'plain', 'unchanged'],
      ['ConfigMap', own, 'flow', 'unchanged'],
      ['ConfigMap', own, 'json', 'unchanged'],
      ['ConfigMap', other, 'foreign', 'unchanged'],
      ['Box', own, 'inside', 'unchanged'],
      ['Globe', undefined, 'outside', 'unchanged'],
    ])
    expect(await test.get(`${group}/v1 boxs/inside`)).toMatchObject({ metadata: { namespace: own } })
    const globe = await api.request('GET', `/apis/${group}/v1/globes/outside`)
    expect(globe.metadata.namespace).toBeUndefined()
  },
)

itOnCluster('takes the namespace of the domain as a target brings it', { timeout }, async () => {
  const test = await makeDeploy({ hasNamespace: false })
  const labelled = namespace(test.namespace).replace('metadata:\n', 'metadata:\n  labels:\n    own: "yes"\n')
  test.artifact('web', [labelled, configMap('a')])
  expect((await test.succeed()).stdout).toMatch(/^web {2}healthy {4}2 created/)
  expect(await test.api.request('GET', `/api/v1/namespaces/${test.namespace}`)).toMatchObject({
    metadata: { labels: { own: 'yes' } },
  })
})

itOnCluster(
  'puts what names no namespace into default, in a cluster domain, and makes none',
  { timeout },
  async () => {
    const { api, cluster, namespace: name, ...test } = await makeDeploy()
    const path = `/api/v1/namespaces/default/configmaps/${name}`
    test.cleanUp(path)
    writeArtifact(test.root, cluster.domain, name, [configMap(name)])
    const line = ['deploy', cluster.domain, '--wait', 'none']
    const { exitCode, stdout } = await test.lo(line)
    expect([exitCode, stdout]).toEqual([0, expect.stringMatching(/applied {4}1 created/)])
    expect(await api.request('GET', path)).toMatchObject({ data: { key: 'one' } })
    writeArtifact(test.root, cluster.domain, name, [configMap(name, 'two', 'namespace: nowhere')])
    expect(await test.lo(line)).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('There is no namespace nowhere.'),
    })
  },
)
