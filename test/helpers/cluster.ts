import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { execa } from 'execa'
import { inject, it, onTestFinished } from 'vitest'
import type { KubeApi } from '../../src/kube/api.js'
import { connect } from '../../src/kube/connect.js'
import { clusterSpec, makeProject, writeFiles } from './project.js'

declare module 'vitest' {
  interface ProvidedContext {
    /** The folder of a real control plane, or why there is none; `setup.ts` makes sure that nobody overlooks that. */
    controlPlane: { assets: string } | { skipped: string }
    /** The project of the one cluster that tests share, and its cache. Nothing runs until a test asks for it. */
    sharedCluster: { root: string; cache: string }
  }
}

const bin = path.resolve(import.meta.dirname, '../../bin/lo.js')

/** How long a machine may take to bring a control plane up, with all cores busy. */
export const clusterTimeout = 600_000

/** A test that needs an API server: skipped where there are no binaries for one. */
export const itOnCluster = it.skipIf('skipped' in inject('controlPlane'))

export interface TestCluster {
  root: string
  /** The only domain. */
  domain: string
  kubeconfig: string
  /** What `lo` needs in its environment to find the cluster. */
  env: Record<string, string>
}

export interface ClusterOptions {
  nodes?: number
  /** How long a simulated pod takes until it is ready, such as `100ms`. */
  delay?: string
  domain?: string
  /** Where its state is kept; in the project by default. */
  cache?: string
}

/**
 * The cluster that all test files share: use a namespace of your own. The first test that asks for it starts it, the
 * others wait; it is destroyed after the last test.
 */
export async function startCluster(): Promise<TestCluster> {
  const { root, cache } = inject('sharedCluster')
  const domain = 'shared.test'
  const cluster = clusterIn(root, domain, cache)
  const [done, failed] = [path.join(root, 'done'), path.join(root, 'failed')]
  if (isFirst(path.join(root, 'claimed'))) {
    try {
      writeFiles(root, specFiles({ domain, nodes: 2, delay: '100ms' }))
      await provision(cluster)
      writeFileSync(done, '')
    } catch (error) {
      writeFileSync(failed, String(error))
    }
  }
  while (!existsSync(done)) {
    if (existsSync(failed))
      throw new Error(`the shared cluster cannot start: ${readFileSync(failed, 'utf8')}`)
    await new Promise(resolve => setTimeout(resolve, 100))
  }
  return cluster
}

/** A cluster of one test alone, for tests that break it. It is destroyed after the test. */
export async function ownCluster(options: ClusterOptions = {}): Promise<TestCluster> {
  const cluster = planCluster(options)
  await provision(cluster)
  return cluster
}

/** The project of a cluster that does not run yet; what a test makes of it is destroyed after the test. */
export function planCluster({ domain = 'example.com', cache, ...options }: ClusterOptions = {}): TestCluster {
  const root = makeProject(specFiles({ domain, ...options }))
  const cluster = clusterIn(root, domain, cache ?? path.join(root, 'cache'))
  onTestFinished(() => destroy(cluster), clusterTimeout)
  return cluster
}

/** Runs `lo provision`, and answers with its story; throws with all it has said when it fails. */
export async function provision(cluster: TestCluster): Promise<string> {
  const { stderr } = await runLo(['provision', cluster.domain], cluster)
  return stderr
}

export async function destroy(cluster: Pick<TestCluster, 'root' | 'domain' | 'env'>): Promise<void> {
  await runLo(['destroy', cluster.domain, '--yes'], cluster)
}

/** The API server of a cluster, until the test is over. */
export async function apiOf({ kubeconfig }: TestCluster): Promise<KubeApi> {
  const api = await connect(kubeconfig, { now: () => performance.now() })
  onTestFinished(() => api.close())
  return api
}

function runLo(args: string[], { root, env }: Pick<TestCluster, 'root' | 'env'>) {
  return execa(process.execPath, [bin, ...args], { cwd: root, env, extendEnv: false, stdin: 'ignore' })
}

function clusterIn(root: string, domain: string, cache: string): TestCluster {
  const plane = inject('controlPlane')
  return {
    root,
    domain,
    kubeconfig: path.join(root, '.kubeconfig/test.yaml'),
    env: {
      PATH: inject('renderers').kustomize,
      HOME: root,
      XDG_CACHE_HOME: cache,
      ...('assets' in plane && { KUBEBUILDER_ASSETS: plane.assets }),
    },
  }
}

function specFiles({
  domain,
  nodes = 1,
  delay,
}: ClusterOptions & { domain: string }): Record<string, string> {
  const spec = clusterSpec(domain, `  nodes: ${nodes}\n`)
  const annotated = `metadata: { name: test, annotations: { rehearsal.lok8s.dev/ready-after: ${delay} } }`
  return {
    [`clusters/${domain}/cluster.lok8s.yaml`]: delay
      ? spec.replace('metadata: { name: test }', annotated)
      : spec,
  }
}

/** Making a folder is the one thing that only one process can be the first to do. */
function isFirst(folder: string): boolean {
  try {
    mkdirSync(folder)
    return true
  } catch {
    return false
  }
}
