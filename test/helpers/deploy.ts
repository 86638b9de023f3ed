import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { execa } from 'execa'
import { inject, onTestFinished } from 'vitest'
import { type Layout, planArtifact } from '../../src/build/artifact.js'
import { readRecord } from '../../src/deploy/record.js'
import type { KubeApi } from '../../src/kube/api.js'
import type { KubeObject } from '../../src/kube/object.js'
import { apiOf, startCluster, type TestCluster } from './cluster.js'
import { type loJson, startLo } from './lo.js'
import { type MainOptions, runMain } from './main.js'
import { clusterSpec, makeProject, writeFiles } from './project.js'

export interface DeployTest {
  cluster: TestCluster
  root: string
  /** A deployment domain with this namespace, so that objects without one land there, and it has a record of its own. */
  domain: string
  namespace: string
  /** An API group of its own: definitions of it are removed after the test. */
  group: string
  kubeconfig: string
  /** Replaces the kubeconfig of the project. */
  useKubeconfig: (text: string) => void
  /** The same until the function that it answers with is called. */
  useOther: (text: string) => () => void
  api: KubeApi
  /** Writes the artifact of a target as `lo build` does, and its folder in `targets/`. */
  artifact: (target: string, manifests: readonly string[], layout?: Layout) => void
  /** Runs `lo deploy` on the domain: `args` are targets and flags. Waits for the own objects, 20 s, unless told else. */
  deploy: (args?: string[], env?: Record<string, string>) => Promise<Deployed>
  /** The same; throws with all it has said unless its exit code is 0. */
  succeed: (args?: string[], env?: Record<string, string>) => Promise<Deployed>
  /** The same as `deploy`, with the document of `--json`. */
  deployJson: (args?: string[], env?: Record<string, string>) => DocumentOf
  /** Runs another command line in the project. */
  lo: (args: string[], options?: Partial<MainOptions>) => Promise<Deployed>
  /** Starts it as a process of its own, for tests that interrupt it. */
  start: (args?: string[], env?: Record<string, string>) => ReturnType<typeof startLo>
  /** Runs kubectl on the same cluster and namespace; throws with what it says when it fails. */
  kubectl: (args: string[], input?: string) => Promise<string>
  /** What the cluster knows of the deploys of the domain, by target. */
  record: () => ReturnType<typeof readRecord>
  /** Has an object outside of the namespace removed after the test, by its path in the API. */
  cleanUp: (path: string) => void
  /** An object of the namespace, by the path after it, such as `apps/v1 deployments/web`; undefined when not there. */
  get: (path: string) => Promise<KubeObject | undefined>
}

/** As `loJson` has it. */
type DocumentOf = Promise<Pick<Awaited<ReturnType<typeof loJson>>, 'exitCode' | 'document'>>

export interface Deployed {
  exitCode: number
  stdout: string
  stderr: string
}

export interface DeployTestOptions {
  /** The shared cluster by default. */
  cluster?: TestCluster
  /** Whether the namespace is there before the deploy; it is by default. */
  hasNamespace?: boolean
  /** More lines of the domain's `spec`, in the place of `deploy: { wait: target, timeout: 20s }`. */
  spec?: string
}

/** A project that deploys into a cluster, into a namespace of its own that is removed after the test. */
export async function makeDeploy(options: DeployTestOptions = {}): Promise<DeployTest> {
  const cluster = options.cluster ?? (await startCluster())
  const namespace = `t${randomBytes(4).toString('hex')}`
  const domain = `${namespace}.test`
  const spec = options.spec ?? '  deploy: { wait: target, timeout: 20s }\n'
  const root = makeProject({
    [`clusters/${cluster.domain}/cluster.lok8s.yaml`]: clusterSpec(cluster.domain),
    [`clusters/${domain}/deploy.lok8s.yaml`]: deploySpec(cluster.domain, namespace, spec),
  })
  mkdirSync(path.join(root, `clusters/${domain}/targets`))
  const kubeconfig = path.join(root, '.kubeconfig/test.yaml')
  writeFiles(root, {
    '.kubeconfig/test.yaml': readFileSync(cluster.kubeconfig, 'utf8'),
  })
  const api = await apiOf(cluster)
  if (options.hasNamespace ?? true) await createNamespace(api, namespace)
  onTestFinished(() => remove(api, `/api/v1/namespaces/kube-system/configmaps/lok8s-deploy.${domain}`))
  const group = `${namespace}.example.com`
  let hasDefinitions = false
  onTestFinished(async () => {
    await remove(api, `/api/v1/namespaces/${namespace}`)
    if (hasDefinitions) await removeDefinitions(api, group)
  })

  const line = (args: string[]) => ['deploy', domain, ...args]
  const run = (args: string[], { env, ...options }: Partial<MainOptions> = {}) =>
    runMain(args, { cwd: root, env: { HOME: cluster.root, ...env }, ...options })
  return {
    cluster,
    root,
    domain,
    namespace,
    group,
    kubeconfig,
    useKubeconfig: text => writeFileSync(kubeconfig, text),
    useOther: text => {
      const own = readFileSync(kubeconfig)
      writeFileSync(kubeconfig, text)
      return () => writeFileSync(kubeconfig, own)
    },
    api,
    artifact: (target, manifests, layout) => {
      hasDefinitions ||= manifests.some(manifest => manifest.includes('CustomResourceDefinition'))
      writeArtifact(root, domain, target, manifests, layout)
    },
    deploy: (args = [], env = {}) => run(line(args), { env }),
    succeed: async (args = [], env = {}) => {
      const done = await run(line(args), { env })
      if (done.exitCode === 0) return done
      throw new Error(`lo deploy ends with ${done.exitCode}\n${done.stdout}\n${done.stderr}`)
    },
    deployJson: async (args = [], env = {}) => {
      const { exitCode, stdout } = await run(line([...args, '--json']), { env })
      return { exitCode, document: JSON.parse(stdout) }
    },
    lo: run,
    start: (args = [], env = {}) => startLo(line(args), { cwd: root, env: { HOME: cluster.root, ...env } }),
    kubectl: (args, input) => kubectl(cluster, ['--namespace', namespace, ...args], input),
    record: () => readRecord(api, domain),
    cleanUp: path => onTestFinished(() => remove(api, path)),
    get: async path => getObject(api, namespace, path),
  }
}

/** The artifact of one target as `lo build` lays it out, with its folder in `targets/`. */
export function writeArtifact(
  root: string,
  domain: string,
  target: string,
  manifests: readonly string[],
  layout: Layout = 'single',
): void {
  const folder = path.join(root, 'clusters', domain, 'artifacts', target)
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  const text = manifests.map(manifest => (manifest.endsWith('\n') ? manifest : `${manifest}\n`)).join('---\n')
  for (const [name, content] of planArtifact(Buffer.from(text), layout).files)
    writeFileSync(path.join(folder, name), content)
  writeFiles(root, { [`clusters/${domain}/targets/${target}/kustomization.yaml`]: 'resources: []\n' })
}

const deploySpec = (cluster: string, namespace: string, more: string) =>
  `apiVersion: cluster.lok8s.dev/v1beta1
kind: Deploy
metadata: { name: test }
spec:
  clusterRef: { domain: ${cluster} }
  namespace: ${namespace}
${more}`

async function createNamespace(api: KubeApi, name: string): Promise<void> {
  const body = { apiVersion: 'v1', kind: 'Namespace', metadata: { name } }
  await api.request('POST', '/api/v1/namespaces', { body })
}

/** Not waited for: the cluster goes on with it. What never was, or went with its cluster, is fine. */
async function remove(api: KubeApi, path: string): Promise<void> {
  await api.request('DELETE', path).catch(() => {})
}

async function removeDefinitions(api: KubeApi, group: string): Promise<void> {
  const path = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions'
  const { items } = await api.request<{ items: KubeObject[] }>('GET', path).catch(() => ({ items: [] }))
  const own = items.filter(({ spec }) => spec?.['group'] === group)
  await Promise.all(own.map(({ metadata }) => remove(api, `${path}/${metadata.name}`)))
}

/** Runs kubectl on a cluster; throws with what it says when it fails. */
export async function kubectl(
  cluster: Pick<TestCluster, 'kubeconfig' | 'env'>,
  args: string[],
  input = '',
): Promise<string> {
  const program = path.join(inject('renderers').kubectl, 'kubectl')
  const { stdout } = await execa(program, ['--kubeconfig', cluster.kubeconfig, ...args], {
    env: cluster.env,
    extendEnv: false,
    input,
  })
  return stdout
}

async function getObject(api: KubeApi, namespace: string, path: string): Promise<KubeObject | undefined> {
  const [apiVersion = '', rest = ''] = path.split(' ')
  const root = apiVersion === 'v1' ? '/api/v1' : `/apis/${apiVersion}`
  try {
    return await api.request('GET', `${root}/namespaces/${namespace}/${rest}`)
  } catch (error) {
    if ((error as { status?: number }).status === 404) return undefined
    throw error
  }
}
