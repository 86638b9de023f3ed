import { LoError } from '../../errors.js'
import type { LoadBalancer } from '../../hcloud/resources/load-balancers.js'
import type { Access } from './access.js'
import { enterServer } from './enter-server.js'
import type { Job } from './job.js'
import { apiHost, formatKubeconfig } from './kubeconfig.js'
import { label } from './labels.js'
import type { ClusterNode } from './node.js'
import { readKubeconfig } from './scripts/read.js'
import type { Survey } from './survey.js'

/** Fetches the kubeconfig from a control plane that lives. */
export async function fetchKubeconfig(
  { server, session }: Pick<ClusterNode, 'server' | 'session'>,
  balancer: LoadBalancer | undefined,
  { wanted }: Pick<Job, 'wanted'>,
): Promise<string> {
  const text = await session.run(readKubeconfig())
  return formatKubeconfig(text, wanted.cluster, apiHost(balancer, server))
}

/** Milliseconds for a control plane that does not answer. */
const patience = 20_000

/** The same, from the first control plane that answers; undefined when there has been no API server yet. */
export async function findKubeconfig(
  { found }: Survey,
  access: Access,
  job: Job,
): Promise<string | undefined> {
  const isInitialized = found.networks.some(({ labels }) => labels[label.initialized] !== undefined)
  const servers = found.servers.filter(({ labels }) => labels[label.role] === 'control-plane')
  if (!isInitialized || servers.length === 0) return undefined
  const failures: LoError[] = []
  for (const server of servers) {
    try {
      const session = await enterServer(server, access, job)
      const run: typeof session.run = (script, options) => session.run(script, { patience, ...options })
      return await fetchKubeconfig({ server, session: { ...session, run } }, found.loadBalancers[0], job)
    } catch (error) {
      if (!(error instanceof LoError)) throw error
      failures.push(error)
    }
  }
  throw failures[0]!
}
