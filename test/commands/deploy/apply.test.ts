import { expect } from 'vitest'
import { createIn } from '../../helpers/api-objects.js'
import { itOnCluster, clusterTimeout as timeout } from '../../helpers/cluster.js'
import { makeDeploy } from '../../helpers/deploy.js'
import { configMap, custom, definition, deployment } from '../../helpers/manifests.js'

itOnCluster(
  'shows a conflict for each object, field and manager, and takes fields over only when told to',
  { timeout },
  async () => {
    const test = await makeDeploy()
    const { kubectl, namespace } = test
    const foreign = (manager: string, text: string) =>
      kubectl(['apply', '--server-side', `--field-manager=${manager}`, '--filename', '-'], text)
    await foreign('team-a', configMap('settings', 'theirs'))
    await foreign('autoscaler', deployment('web', { replicas: 3 }))
    await kubectl(['label', 'configmap', 'settings', 'owner=somebody', '--field-manager=hand'])
    test.artifact('web', [
      configMap('settings', 'ours', 'labels:\n  owner: us'),
      deployment('web', { replicas: 1, image: 'registry.test/app:2' }),
      configMap('free'),
    ])
    const { exitCode, document } = await test.deployJson(['--wait', 'none'])
    expect(exitCode).toBe(1)
    expect(document.targets).toMatchObject([
      {
        target: 'web',
        outcome: 'failed',
        objects: [
          {
            kind: 'ConfigMap',
            name: 'settings',
            outcome: 'failed',
            refusal: {
              reason: 'conflict',
              conflicts: [
                { field: '.data.key', manager: 'team-a' },
                { field: '.metadata.labels.owner', manager: 'hand' },
              ],
            },
          },
          {
            kind: 'Deployment',
            name: 'web',
            outcome: 'failed',
            refusal: {
              reason: 'conflict',
              conflicts: [
                { field: '.spec.replicas', manager: 'autoscaler' },
                { field: '.spec.template.spec.containers[name="app"].image', manager: 'autoscaler' },
              ],
            },
          },
          { kind: 'ConfigMap', name: 'free', outcome: 'created' },
        ],
      },
    ])
    expect(await test.get('v1 configmaps/settings')).toMatchObject({ data: { key: 'theirs' } })

    const { stderr } = await test.deploy(['--wait', 'none'])
    const file = `clusters/${test.domain}/artifacts/web/artifacts.yaml`
    expect(stderr.slice(stderr.indexOf('error:')).split('\n')).toEqual([
      `error: ${test.domain} is not deployed: web cannot be applied.`,
      `${file}:1: ConfigMap ${namespace}/settings: other field managers have set other values`,
      '  .data.key belongs to team-a',
      '  .metadata.labels.owner belongs to hand',
      `${file}:10: Deployment ${namespace}/web: other field managers have set other values`,
      '  .spec.replicas belongs to autoscaler',
      '  .spec.template.spec.containers[name="app"].image belongs to autoscaler',
      '  1 of 3 objects are applied, 2 are refused, 0 were not reached.',
      'next: Take these fields over with --force-conflicts, or leave them out of the target.',
    ])

    expect((await test.succeed(['--wait', 'none', '--force-conflicts'])).stdout).toMatch(
      /^web {2}applied {4}2 configured, 1 unchanged/,
    )
    expect(await test.get('v1 configmaps/settings')).toMatchObject({
      data: { key: 'ours' },
      metadata: { labels: { owner: 'us' } },
    })
    expect(await test.get('apps/v1 deployments/web')).toMatchObject({ spec: { replicas: 1 } })
  },
)

itOnCluster(
  'leaves the replicas to an autoscaler, as long as no target claims them',
  { timeout },
  async () => {
    const test = await makeDeploy()
    test.artifact('web', [deployment('web', { replicas: null })])
    await test.succeed()
    // By the subresource `scale`, as an autoscaler does it.
    await test.kubectl(['scale', 'deployment/web', '--replicas=3'])
    test.artifact('web', [deployment('web', { replicas: null, image: 'registry.test/app:2' })])
    expect((await test.succeed()).stdout).toMatch(/^web {2}healthy {4}1 configured/)
    expect(await test.get('apps/v1 deployments/web')).toMatchObject({
      spec: { replicas: 3, template: { spec: { containers: [{ image: 'registry.test/app:2' }] } } },
      status: { availableReplicas: 3 },
    })
  },
)

itOnCluster(
  'refuses a field that no schema has, of Kubernetes and of a definition, and applies the rest',
  { timeout },
  async () => {
    const test = await makeDeploy()
    const { group, namespace } = test
    test.artifact('web', [
      definition(group, 'Box'),
      configMap('fine'),
      deployment('typo', { spec: 'replica: 2' }),
      custom(group, 'Box', 'wrong-field', 'sise: 1'),
      custom(group, 'Box', 'wrong-type', 'size: big'),
      deployment('wrong-value', { spec: 'paused: maybe' }),
    ])
    const { exitCode, stderr } = await test.deploy(['--wait', 'none'])
    expect(exitCode).toBe(1)
    expect(stderr).toContain(`Deployment ${namespace}/typo: `)
    expect(stderr).toContain('.spec.replica: field not declared in schema')
    expect(stderr).toContain(`Box.${group} ${namespace}/wrong-field: `)
    expect(stderr).toContain('.spec.sise: field not declared in schema')
    expect(stderr).toContain(`Box.${group} ${namespace}/wrong-type: `)
    expect(stderr).toContain(`Deployment ${namespace}/wrong-value: `)
    expect(stderr).toContain('2 of 6 objects are applied, 4 are refused, 0 were not reached.')
    expect(await test.get('v1 configmaps/fine')).toBeDefined()
    expect(await test.get('apps/v1 deployments/typo')).toBeUndefined()
  },
)

itOnCluster('ends at a target that is refused, and says what was not reached', { timeout }, async () => {
  const test = await makeDeploy()
  test.artifact('a', [configMap('first')])
  test.artifact('b', [configMap('Wrong_Name')])
  test.artifact('c', [configMap('last')])
  const { exitCode, stdout, stderr } = await test.deploy()
  expect([exitCode, stdout.replace(/ {2}\S+s$/gm, '').split('\n')]).toEqual([
    1,
    ['a  healthy    1 created', 'b  failed     nothing applied', 'c  skipped'],
  ])
  expect(stderr).toContain('1 of 3 objects are applied, 1 are refused, 1 were not reached.')
  expect(await test.get('v1 configmaps/last')).toBeUndefined()
})

itOnCluster('applies objects that are larger than an annotation may be', { timeout }, async () => {
  const test = await makeDeploy()
  const value = 'x'.repeat(700 * 1024)
  test.artifact('web', [configMap('large', value)])
  await test.succeed()
  expect((await test.succeed()).stdout).toMatch(/^web {2}healthy {4}1 unchanged/)
  expect(await test.get('v1 configmaps/large')).toMatchObject({ data: { key: value } })
})

itOnCluster(
  'applies more objects than one kubectl takes, and names the one that is refused',
  { timeout },
  async () => {
    const test = await makeDeploy()
    const taken = { metadata: { name: 'c-77' }, data: { key: 'theirs' } }
    await createIn(test)('/api/v1', 'configmaps', taken)
    const names = Array.from({ length: 320 }, (_, index) => `c-${index}`)
    test.artifact(
      'many',
      names.map(name => configMap(name)),
    )
    const { document } = await test.deployJson()
    const objects: { name: string; outcome: string; refusal?: object }[] = document.targets[0].objects
    expect(objects.filter(({ outcome }) => outcome === 'created')).toHaveLength(319)
    expect(objects.filter(({ outcome }) => outcome !== 'created')).toMatchObject([
      { name: 'c-77', outcome: 'failed', refusal: { reason: 'conflict' } },
    ])
    expect((await test.succeed(['--force-conflicts'])).stdout).toMatch(
      /^many {2}healthy {4}1 configured, 319 unchanged/,
    )
  },
)

itOnCluster('removes a field from the cluster that has left the target', { timeout }, async () => {
  const test = await makeDeploy()
  test.artifact('web', [configMap('settings', 'one', 'labels:\n  gone: soon\n  stays: here')])
  await test.succeed()
  test.artifact('web', [configMap('settings', 'one', 'labels:\n  stays: here')])
  expect((await test.succeed()).stdout).toMatch(/^web {2}healthy {4}1 configured/)
  expect((await test.get('v1 configmaps/settings'))?.metadata.labels).toEqual({ stays: 'here' })
})
