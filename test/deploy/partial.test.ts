import { expect, onTestFinished } from 'vitest'
import { clusterTimeout, itOnCluster } from '../helpers/cluster.js'
import { type DeployTest, makeDeploy } from '../helpers/deploy.js'
import { configMap, deployment } from '../helpers/manifests.js'

interface Outcome {
  kind: string
  namespace?: string
  name: string
  outcome: string
  refusal?: { reason: string; message: string }
}

/** What became of each object, by kind, namespace and name. */
async function deployed(test: DeployTest) {
  const { exitCode, document } = await test.deployJson(['--wait', 'none'])
  const objects = document.targets.flatMap(({ objects }: { objects: Outcome[] }) => objects) as Outcome[]
  return { exitCode, objects, document }
}

const names = (count: number) =>
  Array.from({ length: count }, (_, index) => `many-${String(index).padStart(3, '0')}`)
/** The API server has a limit of 1 MiB for the content of a ConfigMap, and only it knows of that. */
const tooLarge = (name: string) => configMap(name, 'x'.repeat(1024 * 1024 + 1))

itOnCluster(
  'one of 300 objects is refused: what became of each is known and true, and later stages are skipped',
  async () => {
    const test = await makeDeploy()
    const maps = names(300).map(name => (name === 'many-123' ? tooLarge(name) : configMap(name)))
    const deployments = ['web', 'worker'].map(name => deployment(name, { replicas: 0 }))
    test.artifact('all', [...maps, ...deployments])
    test.artifact('later', [configMap('later')])
    const { exitCode, objects, document } = await deployed(test)
    expect(exitCode).toBe(1)
    const ended = (wanted: string) => objects.filter(({ outcome }) => outcome === wanted)
    expect(ended('created')).toHaveLength(299)
    expect(ended('failed')).toMatchObject([{ name: 'many-123', refusal: { reason: 'invalid' } }])
    expect(ended('skipped').map(({ name }) => name)).toEqual(['web', 'worker', 'later'])
    expect(document.targets.map(({ outcome }: Outcome) => outcome)).toEqual(['failed', 'skipped'])
    expect(document.error).toMatchObject({
      code: 'APPLY_FAILED',
      message: `${test.domain} is not deployed: all cannot be applied.`,
      detail: '299 of 303 objects are applied, 1 are refused, 3 were not reached.',
    })
    const there = (await test.kubectl(['get', 'configmap', '--output=name'])).split('\n')
    expect(there.filter(name => name.startsWith('configmap/many'))).toHaveLength(299)
    expect(await test.get('apps/v1 deployments/web')).toBeUndefined()

    test.artifact('all', [...names(300).map(name => configMap(name)), ...deployments])
    expect((await test.succeed(['--wait', 'none'])).stdout).toMatch(/all +applied +3 created, 299 unchanged/)
  },
  clusterTimeout,
)

itOnCluster.each([
  ['first', [tooLarge, configMap]],
  ['second', [configMap, tooLarge]],
] as const)(
  'of two namesakes in two namespaces the %s is refused: the right one is known',
  async (place, [one, two]) => {
    const test = await makeDeploy()
    const other = `${test.namespace}-other`
    await test.kubectl(['create', 'namespace', other])
    onTestFinished(() => void test.kubectl(['delete', 'namespace', other, '--wait=false']))
    const within = (namespace: string, text: string) =>
      text.replace('metadata:\n', `metadata:\n  namespace: ${namespace}\n`)
    test.artifact('web', [within(test.namespace, one('same')), within(other, two('same')), configMap('fine')])
    const { exitCode, objects } = await deployed(test)
    expect(exitCode).toBe(1)
    expect(objects.map(({ namespace, outcome }) => [namespace, outcome])).toEqual([
      [test.namespace, place === 'first' ? 'failed' : 'created'],
      [other, place === 'first' ? 'created' : 'failed'],
      [test.namespace, 'created'],
    ])
  },
  clusterTimeout,
)

itOnCluster(
  'in a few objects too, what may refuse others is not applied when something before it is refused',
  async () => {
    const test = await makeDeploy()
    const webhook = `apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata:
  name: ${test.namespace}
webhooks: []
`
    onTestFinished(
      () =>
        void test.kubectl(['delete', 'validatingwebhookconfiguration', test.namespace, '--ignore-not-found']),
    )
    test.artifact('web', [webhook, tooLarge('wrong'), configMap('fine')])
    const { objects } = await deployed(test)
    expect(objects.map(({ kind, name, outcome }) => [kind, name, outcome])).toEqual([
      ['ValidatingWebhookConfiguration', test.namespace, 'skipped'],
      ['ConfigMap', 'wrong', 'failed'],
      ['ConfigMap', 'fine', 'created'],
    ])
    test.artifact('web', [webhook, configMap('wrong'), configMap('fine')])
    expect((await test.succeed(['--wait', 'none'])).stdout).toContain('2 created, 1 unchanged')
  },
  clusterTimeout,
)
