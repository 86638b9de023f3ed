import path from 'node:path'
import { expect } from 'vitest'
import { itOnCluster, clusterTimeout as timeout } from '../../helpers/cluster.js'
import { type Decoy, kubeconfigOf, makeDecoy } from '../../helpers/decoy.js'
import { type DeployTest, makeDeploy } from '../../helpers/deploy.js'
import { configMap } from '../../helpers/manifests.js'
import { clusterSpec, makeFolder, writeFiles } from '../../helpers/project.js'
import { type Recorder, recordRequests } from '../../helpers/recorder.js'

interface Scene {
  test: DeployTest
  /** The cluster that is meant, and one that must not hear of anything. */
  right: Recorder
  wrong: Decoy
}

/** A target of one ConfigMap, and a kubeconfig of the project that leads to the right cluster. */
async function setScene(): Promise<Scene> {
  const test = await makeDeploy()
  const [right, wrong] = await Promise.all([recordRequests(test.cluster), makeDecoy()])
  test.useKubeconfig(right.kubeconfig)
  test.artifact('web', [configMap('settings')])
  return { test, right, wrong }
}

async function expectRight(
  { test, right, wrong }: Scene,
  args: string[] = [],
  env: Record<string, string> = {},
) {
  await test.succeed(args, env)
  const written = right.writes().filter(line => !line.includes('/kube-system/'))
  expect([written, wrong.visits()]).toEqual([
    [`PATCH /api/v1/namespaces/${test.namespace}/configmaps/settings`],
    0,
  ])
}

/** Another cluster domain, which has a target with nothing in it. */
const otherDomain = (domain: string, name: string) => ({
  [`clusters/${domain}/cluster.lok8s.yaml`]: clusterSpec(domain).replace('name: test', `name: ${name}`),
  [`clusters/${domain}/targets/web/kustomization.yaml`]: '',
  [`clusters/${domain}/artifacts/web/kustomization.yaml`]: 'resources: []\n',
})

itOnCluster(
  'goes to the cluster of the domain, whatever KUBECONFIG of the caller says',
  { timeout },
  async () => {
    const scene = await setScene()
    const folder = makeFolder()
    writeFiles(folder, { config: scene.wrong.kubeconfig })
    await expectRight(scene, [], { KUBECONFIG: path.join(folder, 'config') })
  },
)

itOnCluster('does not look into ~/.kube, neither for a cluster nor for settings', { timeout }, async () => {
  const scene = await setScene()
  const home = makeFolder()
  const kuberc = {
    apiVersion: 'kubectl.config.k8s.io/v1beta1',
    kind: 'Preference',
    defaults: [{ command: 'apply', options: [{ name: 'dry-run', default: 'server' }] }],
  }
  writeFiles(home, { '.kube/config': scene.wrong.kubeconfig, '.kube/kuberc': JSON.stringify(kuberc) })
  await expectRight(scene, [], {
    HOME: home,
    KUBECTL_KUBERC: 'true',
    KUBERC: path.join(home, '.kube/kuberc'),
  })
})

itOnCluster('does not take the pod it runs in for its cluster', { timeout }, async () => {
  const scene = await setScene()
  await expectRight(scene, [], {
    KUBERNETES_SERVICE_HOST: '127.0.0.1',
    KUBERNETES_SERVICE_PORT: String(scene.wrong.port),
  })
})

itOnCluster('has no other cluster to fall back to when the domain has none', { timeout }, async () => {
  const { test, wrong } = await setScene()
  const home = makeFolder()
  writeFiles(home, { '.kube/config': wrong.kubeconfig })
  writeFiles(test.root, otherDomain('none.test', 'none'))
  const env = {
    HOME: home,
    KUBECONFIG: path.join(home, '.kube/config'),
    KUBERNETES_SERVICE_HOST: '127.0.0.1',
  }
  const { exitCode, stderr } = await test.lo(['deploy', 'none.test'], { env })
  expect([exitCode, stderr, wrong.visits()]).toEqual([
    2,
    [
      'error: none.test has no kubeconfig .kubeconfig/none.yaml.',
      'next: Run `lo provision none.test` first, or name another one with --kubeconfig.',
    ].join('\n'),
    0,
  ])
})

itOnCluster("takes the file of --kubeconfig instead of the domain's own", { timeout }, async () => {
  const scene = await setScene()
  scene.test.useKubeconfig(scene.wrong.kubeconfig)
  writeFiles(scene.test.root, { 'other.yaml': scene.right.kubeconfig })
  await expectRight(scene, ['--kubeconfig', 'other.yaml'])
})

itOnCluster('takes the context of --context instead of the current one', { timeout }, async () => {
  const scene = await setScene()
  const servers = { wrong: `https://127.0.0.1:${scene.wrong.port}`, right: scene.right.server }
  scene.test.useKubeconfig(kubeconfigOf(servers))
  await expectRight(scene, ['--context', 'right'])
})

itOnCluster('finds the older secret.<domain>.yaml first', { timeout }, async () => {
  const scene = await setScene()
  const { root, cluster } = scene.test
  scene.test.useKubeconfig(scene.wrong.kubeconfig)
  writeFiles(root, { [`.kubeconfig/secret.${cluster.domain}.yaml`]: scene.right.kubeconfig })
  await expectRight(scene)
})

itOnCluster(
  'goes to the cluster that clusterRef names, not to that of a namesake or of the active domain',
  { timeout },
  async () => {
    const scene = await setScene()
    const { root, domain } = scene.test
    const decoys = [`secret.${domain}.yaml`, `${domain}.yaml`, 'active.yaml', 'api.yaml']
    writeFiles(root, Object.fromEntries(decoys.map(name => [`.kubeconfig/${name}`, scene.wrong.kubeconfig])))
    writeFiles(root, { ...otherDomain('active.test', 'active'), 'clusters/.active': 'active.test\n' })
    await expectRight(scene, [], { DOMAIN_NAME: 'active.test' })
  },
)

itOnCluster('applies into its own namespace, not into that of the context', { timeout }, async () => {
  const scene = await setScene()
  await expectRight(scene)
  expect(scene.right.kubeconfig).toContain('"namespace":"elsewhere"')
  expect(scene.right.requests.filter(({ path }) => path.includes('elsewhere'))).toEqual([])
})

itOnCluster(
  'refuses a cluster that is marked as that of another domain, and writes nothing',
  { timeout },
  async () => {
    const { test, right } = await setScene()
    writeFiles(test.root, otherDomain('other.test', 'test'))
    const { exitCode, stderr } = await test.lo(['deploy', 'other.test'])
    expect([exitCode, stderr, right.writes()]).toEqual([
      2,
      [
        `error: ${right.server} is the cluster of shared.test, not of other.test.`,
        '  context recorded; the mark is the ConfigMap kube-system/lok8s-cluster',
        'next: Name the kubeconfig of other.test with --kubeconfig. Nothing has been changed.',
      ].join('\n'),
      [],
    ])
  },
)

itOnCluster('says before the first write what goes where', { timeout }, async () => {
  const { test, right } = await setScene()
  test.artifact('api', [configMap('more')])
  const { stderr } = await test.succeed()
  expect(stderr.split('\n')[0]).toBe(
    `${test.domain}: api, web: 2 objects, to shared.test, ${right.server} (context recorded)`,
  )
})

itOnCluster.each([
  ['--context', 'nowhere', 'has no context "nowhere".'],
  ['--kubeconfig', 'nowhere.yaml', 'nowhere.yaml.'],
])('refuses %s %s', { timeout }, async (flag, value, message) => {
  const { test, right } = await setScene()
  const { exitCode, stderr } = await test.deploy([flag, value])
  expect([exitCode, stderr, right.requests]).toEqual([2, expect.stringContaining(message), []])
})
