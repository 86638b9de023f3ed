import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import type { Context } from '../context.js'
import { LoError } from '../errors.js'
import { ApiError, type KubeApi } from '../kube/api.js'
import type { Project } from '../project/root.js'
import type { LoadedDomain } from '../project/spec/load.js'
import { kubeconfigFile } from '../project/variables.js'
import type { DriverCluster, ProvisionOutcome } from './driver.js'
import { removeKubeconfig, writeKubeconfig } from './kubeconfig-file.js'
import type { Opened } from './open.js'
import { step } from './step.js'

export interface ProvisionReport {
  cluster: DriverCluster
  outcome: ProvisionOutcome
  server: string
}

/** Makes the cluster or brings it to what its spec says, saves its kubeconfig, and marks it as this domain's. */
export async function provisionCluster({ cluster, driver }: Opened, ctx: Context): Promise<ProvisionReport> {
  const outcome = await driver.provision()
  const text = await driver.kubeconfig()
  if (text === undefined) {
    throw new LoError('PROVISION_FAILED', `The cluster of ${cluster.domain} has no kubeconfig.`)
  }
  await writeKubeconfig(cluster, text)
  warnOfOlder(cluster, ctx)
  const { connect } = await import('../kube/connect.js')
  const api = await connect(cluster.kubeconfig, ctx)
  try {
    await markCluster(api, cluster, ctx)
  } finally {
    api.close()
  }
  return { cluster, outcome, server: api.server }
}

/** A kubeconfig of the older name hides the one that was just written. */
function warnOfOlder({ domain, kubeconfig, root }: DriverCluster, { output }: Pick<Context, 'output'>): void {
  const older = path.join(path.dirname(kubeconfig), `secret.${domain}.yaml`)
  if (!existsSync(older)) return
  output.event({
    type: 'warning',
    file: path.relative(root, older),
    message: 'this older kubeconfig is found first, and hides the one of the cluster provisioned now',
    hint: 'remove it when it is not needed any more',
  })
}

/** What programs get of a provision. */
export function describeProvision({ cluster, outcome, server }: ProvisionReport): Record<string, unknown> {
  const { name, domain, spec, kubeconfig } = cluster
  return { domain, cluster: name, kind: spec.kind, outcome, server, kubeconfig }
}

/** All that a destroy would remove, a line each. */
export async function planDestroy({ cluster, driver }: Opened): Promise<string[]> {
  const found = await driver.inventory()
  // A kubeconfig without a cluster may be anybody's.
  return found.length > 0 && existsSync(cluster.kubeconfig) ? [...found, cluster.kubeconfig] : found
}

/** Removes everything that provision has made, and makes sure that nothing of it is left. */
export async function destroyCluster({ cluster, driver }: Opened, ctx: Context): Promise<void> {
  await step(`Remove the cluster of ${cluster.domain}`, ctx, async () => {
    // First, since later nothing tells whose it is: a destroy that is killed goes on with the rest.
    await removeKubeconfig(cluster)
    await driver.destroy()
  })
  const left = await driver.inventory()
  if (left.length === 0) return
  throw new LoError('DESTROY_FAILED', `Something of the cluster of ${cluster.domain} is left.`, {
    detail: left.join('\n'),
    hint: `Run \`lo destroy ${cluster.domain}\` again.`,
  })
}

/** The kubeconfig of the cluster of a domain, or the one it deploys into. Throws `CLUSTER_UNKNOWN` without one. */
export function loadKubeconfig({ project, cluster }: Pick<LoadedDomain, 'cluster'> & { project: Project }): {
  file: string
  content: string
} {
  const file = kubeconfigFile(project, cluster)
  if (existsSync(file)) return { file, content: readFileSync(file, 'utf8') }
  const { name } = cluster.domain
  throw new LoError('CLUSTER_UNKNOWN', `${name} has no kubeconfig ${path.relative(project.root, file)}.`, {
    hint: `Run \`lo provision ${name}\` first.`,
  })
}

const longestMark = 30_000

/** Leaves a mark by which a deploy can tell that a kubeconfig leads to the cluster it means. */
async function markCluster(
  api: KubeApi,
  { name, domain }: DriverCluster,
  { now, sleep, signal }: Pick<Context, 'now' | 'sleep' | 'signal'>,
): Promise<void> {
  const end = now() + longestMark
  for (;;) {
    try {
      await api.request('PATCH', '/api/v1/namespaces/kube-system/configmaps/lok8s-cluster', {
        query: { fieldManager: 'lok8s', force: true },
        contentType: 'application/apply-patch+yaml',
        body: {
          apiVersion: 'v1',
          kind: 'ConfigMap',
          metadata: { name: 'lok8s-cluster', namespace: 'kube-system' },
          data: { domain, name },
        },
        signal,
      })
      return
    } catch (error) {
      // A young API server may still be making its own namespaces.
      if (!(error instanceof ApiError) || now() > end) throw refusal(error, domain)
    }
    await sleep(100)
  }
}

function refusal(error: unknown, domain: string): unknown {
  if (!(error instanceof ApiError)) return error
  return new LoError('PROVISION_FAILED', `The cluster of ${domain} stands, but cannot be marked.`, {
    detail: error.message,
    hint: `Run \`lo provision ${domain}\` again.`,
    cause: error,
  })
}
