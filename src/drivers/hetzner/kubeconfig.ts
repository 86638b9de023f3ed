import { parse, stringify } from 'yaml'
import { LoError } from '../../errors.js'
import type { LoadBalancer } from '../../hcloud/resources/load-balancers.js'
import type { Server } from '../../hcloud/resources/servers.js'
import { publicAddressOf } from './node.js'
import { hasHealthyTarget } from './until-serving.js'

const port = 6443

/** Where the API is reached from outside: at the load balancer where that is public and leads to it, else at a control plane. */
export function apiHost(
  balancer: LoadBalancer | undefined,
  controlPlane: Pick<Server, 'public_net'>,
): string {
  const shared =
    balancer?.public_net.enabled && hasHealthyTarget(balancer) ? balancer.public_net.ipv4.ip : null
  return shared ?? publicAddressOf(controlPlane)
}

interface Kubeconfig {
  clusters: { name: string; cluster: Record<string, string> }[]
  users: { name: string; user: Record<string, string> }[]
}

/** The kubeconfig that k3s has written, for the address by which others reach it, and named after the cluster. */
export function formatKubeconfig(text: string, name: string, host: string): string {
  const { clusters, users } = readKubeconfig(text)
  const [cluster, user] = [clusters[0]!.cluster, users[0]!.user]
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name, cluster: { ...cluster, server: `https://${host}:${port}` } }],
    users: [{ name, user }],
    contexts: [{ name, context: { cluster: name, user: name } }],
    'current-context': name,
  })
}

function readKubeconfig(text: string): Kubeconfig {
  try {
    const parsed = parse(text) as Partial<Kubeconfig> | null
    if (parsed?.clusters?.[0]?.cluster && parsed.users?.[0]?.user) return parsed as Kubeconfig
  } catch {
    // The words of the parser would show what stands there.
  }
  throw new LoError('PROVISION_FAILED', 'What k3s has written is no kubeconfig.', {
    hint: 'Run `lo provision` again.',
  })
}
