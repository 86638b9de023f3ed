import type { Server } from '../../hcloud/resources/servers.js'
import type { NodeFacts } from './k3s-config.js'
import type { Look } from './scripts/look.js'
import type { K3sKind } from './scripts/start-k3s.js'
import type { Session } from './session.js'
import type { Slot } from './slots.js'

/** A server that can be entered, and what it has been so far. */
export interface ClusterNode {
  slot: Slot
  server: Server
  session: Session
  look: Look
}

export const kindOf = ({ pool }: Slot): K3sKind => (pool.role === 'control-plane' ? 'server' : 'agent')

/** Whether k3s has ever run there. */
export const isFresh = ({ look }: Pick<ClusterNode, 'look'>) => look.data === 'none'

/** Its address in the network of the cluster. */
export function privateAddressOf({ private_net }: Pick<Server, 'private_net'>, network: number): string {
  return private_net.find(one => one.network === network)?.ip ?? ''
}

export function publicAddressOf({ public_net }: Pick<Server, 'public_net'>): string {
  return public_net.ipv4?.ip ?? ''
}

export function factsOf({ slot, server }: Pick<ClusterNode, 'slot' | 'server'>, network: number): NodeFacts {
  const { labels, taints } = slot.pool
  return {
    name: slot.name,
    privateIp: privateAddressOf(server, network),
    publicIp: publicAddressOf(server),
    labels,
    taints,
  }
}
