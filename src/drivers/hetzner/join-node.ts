import type { Network } from '../../hcloud/resources/networks.js'
import { type Convergence, convergeNode } from './converge-node.js'
import type { Job } from './job.js'
import { type Joining, joinAddress } from './k3s-config.js'
import { type ClusterNode, isFresh, privateAddressOf } from './node.js'
import { type NodeState, removeNode } from './scripts/nodes.js'
import { readToken } from './scripts/read.js'

/** What all nodes of a cluster have in common. */
export type Facts = Pick<Convergence, 'cluster' | 'network'>

/** Where nodes join, and by what. */
export interface Door {
  server: string
  token: string
}

export async function doorOf({ session, server }: ClusterNode, { id }: Network): Promise<Door> {
  return { server: joinAddress(privateAddressOf(server, id)), token: await session.run(readToken()) }
}

export const existing = (server: string): Joining => ({ cluster: 'existing', server })

export interface Cluster {
  /** A control plane whose API server is ready. */
  living: ClusterNode
  /** What the cluster knew before this run. */
  nodes: readonly NodeState[]
  facts: Facts
}

/** Lets one node join a cluster, and waits until k3s is ready there. */
export async function joinNode(
  node: ClusterNode,
  { server, token }: Door,
  { living, nodes, facts }: Cluster,
  job: Job,
): Promise<void> {
  await forget(node, living, nodes)
  await convergeNode(node, { ...facts, joining: existing(server), token }, job)
}

/** A new server in the place of one that is gone: while the cluster knows that one, this one may not join. */
async function forget(node: ClusterNode, living: ClusterNode, nodes: readonly NodeState[]): Promise<void> {
  if (!isFresh(node) || !nodes.some(({ name }) => name === node.slot.name)) return
  await living.session.run(removeNode(node.slot.name), { seconds: 90 })
}
