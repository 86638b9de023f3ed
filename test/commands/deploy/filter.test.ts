import { expect } from 'vitest'
import { itOnCluster, clusterTimeout as timeout } from '../../helpers/cluster.js'
import { makeDeploy } from '../../helpers/deploy.js'
import { configMap, custom, definition, deployment } from '../../helpers/manifests.js'
import { recordRequests } from '../../helpers/recorder.js'

const labelled = (text: string, label: string) =>
  text.replace('metadata:\n', `metadata:\n  labels:\n    ${label}\n`)

itOnCluster(
  'takes what is labelled, of all targets, through the same three phases',
  { timeout },
  async () => {
    const test = await makeDeploy()
    const { group } = test
    const system = 'lok8s.dev/type: system'
    test.artifact('a', [configMap('unlabelled'), labelled(deployment('web'), system)])
    test.artifact('b', [
      labelled(custom(group, 'Box', 'box'), 'lok8s.dev/type: "system"'),
      labelled(definition(group, 'Box'), system),
      labelled(configMap('other-value'), 'lok8s.dev/type: systems'),
      labelled(configMap('other-key'), 'type: system'),
      // Labels of the pods are none of the Deployment.
      deployment('pods').replace(
        '        app: pods\n    spec',
        `        app: pods\n        ${system}\n    spec`,
      ),
    ])
    test.artifact('c', [configMap('nothing')])
    const { document } = await test.deployJson(['--filter', 'type=system'])
    const targets: { target: string; outcome: string; objects: { name: string }[] }[] = document.targets
    expect(
      targets.map(({ target, outcome, objects }) => [target, outcome, objects.map(({ name }) => name)]),
    ).toEqual([
      ['a', 'healthy', ['web']],
      ['b', 'healthy', [`boxs.${group}`, 'box']],
    ])
    const there = await test.kubectl(['get', 'configmaps,deployments', '-o', 'name'])
    expect(there).not.toMatch(/unlabelled|other|pods|nothing/)
  },
)

itOnCluster(
  'says that nothing matches, exits with 0 and writes nothing, not even that it was there',
  { timeout },
  async () => {
    const test = await makeDeploy({ hasNamespace: false })
    const { kubeconfig, writes } = await recordRequests(test.cluster)
    test.useKubeconfig(kubeconfig)
    test.artifact('a', [configMap('a')])
    const { exitCode, stdout, stderr } = await test.deploy([
      '--wait',
      'all',
      '--quiet',
      '--filter',
      'type=none',
    ])
    expect([exitCode, stdout, stderr, writes()]).toEqual([
      0,
      '',
      `warning: no object of ${test.domain} is labelled lok8s.dev/type: none, so nothing is deployed`,
      [],
    ])
  },
)

itOnCluster(
  'does not take a part for the whole: a filtered deploy is not recorded',
  { timeout },
  async () => {
    const test = await makeDeploy()
    test.artifact('a', [labelled(configMap('a'), 'lok8s.dev/a.b_c: d.e-f'), configMap('b')])
    expect((await test.succeed(['--filter', 'a.b_c=d.e-f'])).stdout).toMatch(/^a {2}healthy {4}1 created/)
    expect(await test.record()).toEqual({})
    await test.succeed()
    expect(await test.record()).toEqual({ a: expect.objectContaining({ state: 'healthy' }) })
  },
)
