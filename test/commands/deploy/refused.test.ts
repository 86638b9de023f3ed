import { rmSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { itOnCluster, clusterTimeout as timeout } from '../../helpers/cluster.js'
import { makeDecoy } from '../../helpers/decoy.js'
import { type DeployTest, makeDeploy, writeArtifact } from '../../helpers/deploy.js'
import { runMain } from '../../helpers/main.js'
import { configMap, custom, definition, deployment, namespace } from '../../helpers/manifests.js'
import { clusterSpec, makeProject, writeFiles } from '../../helpers/project.js'
import { recordRequests } from '../../helpers/recorder.js'

/** A project whose cluster is not to be asked at all. */
async function makeOffline() {
  const decoy = await makeDecoy()
  const root = makeProject({
    'clusters/example.com/cluster.lok8s.yaml': clusterSpec('example.com'),
    '.kubeconfig/test.yaml': decoy.kubeconfig,
  })
  writeArtifact(root, 'example.com', 'good', [configMap('good')])
  const deploy = async (...args: string[]) => {
    const { exitCode, stdout, stderr } = await runMain(['deploy', 'example.com', ...args], { cwd: root })
    return { exitCode, stdout, stderr: stderr.split('\n'), visits: decoy.visits() }
  }
  return { root, deploy }
}

const artifacts = 'clusters/example.com/artifacts'

it('refuses artifacts that are not what lo build wrote, all at once, and asks no cluster', async () => {
  const { root, deploy } = await makeOffline()
  writeArtifact(root, 'example.com', 'db', [configMap('a')])
  writeArtifact(root, 'example.com', 'web', [configMap('a')], 'split')
  rmSync(path.join(root, artifacts, 'web/ConfigMap.a.yaml'))
  const text = `${configMap('a', '${LOK8S_USER_HOST}')}---\n${configMap('b')}data: {}\n---\na: [\n`
  writeFiles(root, { [`${artifacts}/db/artifacts.yaml`]: text })
  expect(await deploy()).toEqual({
    exitCode: 2,
    stdout: '',
    visits: 0,
    stderr: [
      'error: The artifacts cannot be deployed as they are.',
      `${artifacts}/db/artifacts.yaml:14:1: this key stands in its map twice`,
      `${artifacts}/db/artifacts.yaml:17:1: Flow sequence in block collection must be sufficiently indented and end with a ]`,
      `${artifacts}/web/ConfigMap.a.yaml: there is no such file, and kustomization.yaml lists it`,
      `${artifacts}/db/artifacts.yaml:1: \${LOK8S_USER_HOST} is left over in ConfigMap a; set the variable and run lo build again`,
      'next: Run `lo build example.com`: artifacts are not meant to be written by hand. Nothing has been applied.',
    ],
  })
})

it('names every target that is not built, and applies none of the others', async () => {
  const { root, deploy } = await makeOffline()
  writeFiles(root, {
    'clusters/example.com/targets/db/kustomization.yaml': '',
    'clusters/example.com/targets/web/kustomization.yaml': '',
  })
  expect(await deploy()).toEqual({
    exitCode: 2,
    stdout: '',
    visits: 0,
    stderr: [
      'error: example.com has no artifact of "db", "web".',
      `${artifacts}/db/kustomization.yaml: there is no such file`,
      `${artifacts}/web/kustomization.yaml: there is no such file`,
      'next: Run `lo build example.com` first.',
    ],
  })
})

it.each([
  'key',
  '=value',
  'key=',
  'key=a b',
  'ke y=a',
  'key=a=b',
  'key=a/b',
])('refuses --filter %j before anything, also where nothing is built', async filter => {
  const { root, deploy } = await makeOffline()
  rmSync(path.join(root, artifacts), { recursive: true })
  expect(await deploy('--filter', filter)).toEqual({
    exitCode: 2,
    stdout: '',
    visits: 0,
    stderr: [
      `error: --filter is <key>=<value> of a label lok8s.dev/<key>, not "${filter}".`,
      'next: Keys have letters, digits and . _ / -, values the same without the slash.',
    ],
  })
})

it.each([
  ['--wait', 'later', expect.stringContaining('Allowed choices are all, target, none')],
  ['--timeout', 'soon', expect.stringContaining('"soon"')],
  ['--timeout', '10', expect.stringContaining('"10"')],
])('refuses %s %s', async (flag, value, message) => {
  const { deploy } = await makeOffline()
  const { exitCode, stderr, visits } = await deploy(flag, value)
  expect([exitCode, stderr[0], visits]).toEqual([2, message, 0])
})

/** A good target, so that a deploy which goes too far would be seen to write. */
async function makeRecorded() {
  const test = await makeDeploy()
  const recorder = await recordRequests(test.cluster)
  test.useKubeconfig(recorder.kubeconfig)
  test.artifact('good', [configMap('good')])
  return { ...test, requests: recorder.requests, writes: recorder.writes }
}

const artifact = ({ domain }: Pick<DeployTest, 'domain'>, name: string) =>
  `clusters/${domain}/artifacts/${name}`

itOnCluster('never applies the artifact of a target that is gone', { timeout }, async () => {
  const test = await makeRecorded()
  test.artifact('old', [configMap('old')])
  rmSync(path.join(test.root, `clusters/${test.domain}/targets/old`), { recursive: true })
  const { exitCode, stderr } = await test.deploy(['old'])
  expect([exitCode, stderr]).toEqual([
    2,
    expect.stringContaining(`error: ${test.domain} has no target "old".`),
  ])
  await test.succeed()
  expect(await test.get('v1 configmaps/old')).toBeUndefined()
  expect(test.writes().filter(line => line.includes('old'))).toEqual([])
})

itOnCluster(
  'refuses kinds that nothing brings, and those that Kubernetes has no more',
  { timeout },
  async () => {
    const test = await makeRecorded()
    const old = deployment('old').replace('apps/v1', 'extensions/v1beta9')
    const typo = deployment('typo').replace('kind: Deployment', 'kind: Deploymnt')
    test.artifact('web', [deployment('fine'), old, typo])
    const { exitCode, stderr } = await test.deploy()
    expect([exitCode, test.writes()]).toEqual([2, []])
    expect(stderr.split('\n').slice(-4)).toEqual([
      'error: There are objects of kinds that the cluster does not know.',
      `${artifact(test, 'web/artifacts.yaml')}:19: Deployment old: the cluster knows no kind Deployment of extensions/v1beta9`,
      `${artifact(test, 'web/artifacts.yaml')}:37: Deploymnt typo: the cluster knows no kind Deploymnt of apps/v1`,
      'next: Add the CustomResourceDefinition to a target, or install what brings it first. Nothing has been applied.',
    ])
    test.artifact('web', [custom(test.group, 'Box', 'a')])
    expect(await test.deploy()).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('knows no kind Box'),
    })
    expect(test.writes()).toEqual([])
  },
)

itOnCluster(
  'refuses a target that needs what only a later one brings, and says which order works',
  { timeout },
  async () => {
    const test = await makeRecorded()
    const { domain, group } = test
    const other = `${test.namespace}-other`
    test.cleanUp(`/api/v1/namespaces/${other}`)
    test.artifact('app', [configMap('inside', 'one', `namespace: ${other}`), custom(group, 'Box', 'a')])
    test.artifact('base', [namespace(other), definition(group, 'Box')])
    const { exitCode, stderr } = await test.deploy()
    expect([exitCode, test.writes()]).toEqual([2, []])
    expect(stderr.split('\n')).toEqual([
      'error: There are targets that need what a later one brings.',
      `${artifact(test, 'app/artifacts.yaml')}:1: ConfigMap ${other}/inside of app needs the namespace ${other}, which base brings later`,
      `${artifact(test, 'app/artifacts.yaml')}:9: Box.${group} ${test.namespace}/a of app needs the kind Box, which base brings later`,
      `next: Name them in another order: \`lo deploy ${domain} base app good\`. Without names they go by the alphabet, so renaming them helps for good. Nothing has been applied.`,
    ])
    await test.succeed(['base', 'app', 'good'])
    // What is there once needs no order any more.
    await test.succeed()
  },
)

itOnCluster('refuses a namespace that neither the cluster nor a target has', { timeout }, async () => {
  const test = await makeRecorded()
  test.artifact('web', [configMap('inside', 'one', 'namespace: nowhere')])
  const { exitCode, stderr } = await test.deploy()
  expect([exitCode, test.writes()]).toEqual([2, []])
  expect(stderr).toContain('error: There is no namespace nowhere.')
  expect(stderr).toContain(
    `${artifact(test, 'web/artifacts.yaml')}:1: ConfigMap nowhere/inside needs the namespace nowhere`,
  )
})

itOnCluster(
  'refuses one object that stands in a target twice, once with its namespace and once without',
  { timeout },
  async () => {
    const test = await makeRecorded()
    test.artifact('web', [configMap('a'), configMap('a', 'two', `namespace: ${test.namespace}`)])
    const { exitCode, stderr } = await test.deploy()
    expect([exitCode, test.writes()]).toEqual([2, []])
    expect(stderr).toContain(`:8: ConfigMap ${test.namespace}/a stands in it twice`)
  },
)

itOnCluster(
  'warns of an object that two targets want to be different, and of none that is the same',
  { timeout },
  async () => {
    const test = await makeRecorded()
    test.artifact('a', [configMap('same'), configMap('other')])
    test.artifact('b', [configMap('same'), configMap('other', 'two')])
    const { document } = await test.deployJson()
    expect([document.ok, document.warnings]).toEqual([
      true,
      [
        {
          file: artifact(test, 'b/artifacts.yaml'),
          line: 8,
          message: `ConfigMap ${test.namespace}/other differs from the one in a: b is applied later and wins, in every deploy anew`,
          hint: 'keep it in one of the targets',
        },
      ],
    ])
  },
)
