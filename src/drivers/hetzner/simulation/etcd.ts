import { createHash } from 'node:crypto'
import type { Taint } from '../wanted.js'
import type { Machine } from './machine.js'

export interface SimulatedNode {
  version: string
  labels: Record<string, string>
  taints: Taint[]
  /** What an annotation says `lo` has given it. */
  given: string
  /** The number of the server that has last spoken for it. */
  server: number
}

/** The data of one cluster, which lives on all its control planes. */
export interface Etcd {
  /** The secret that nodes join with. */
  token: string
  /** The number of the server of each member, by its name. */
  members: Map<string, number>
  nodes: Map<string, SimulatedNode>
  /** Somebody has given it a network, so that nodes can be ready. */
  hasNetwork: boolean
  /** The cloud controller manager works there, so that nodes are initialized. */
  hasCcm: boolean
}

export function newEtcd(token: string): Etcd {
  return { token, members: new Map(), nodes: new Map(), hasNetwork: false, hasCcm: false }
}

/** What identifies a cluster in its tokens. */
function digestOf({ token }: Etcd): string {
  return createHash('sha256').update(`ca of ${token}`).digest('hex')
}

/** As k3s writes it on every control plane: https://docs.k3s.io/cli/token#token-format. */
export function fullToken(etcd: Etcd): string {
  return `K10${digestOf(etcd)}::server:${etcd.token}`
}

/** Whether a node may join with it. */
export function isTokenOf(etcd: Etcd, token: string): boolean {
  return token === etcd.token || token === fullToken(etcd)
}

/** Whether enough of its members run, so that it can be read and written. */
export function hasQuorum(etcd: Etcd, machines: ReadonlyMap<number, Machine>): boolean {
  const alive = [...etcd.members.values()].filter(server => isAlive(machines.get(server), etcd))
  return alive.length * 2 > etcd.members.size
}

function isAlive(machine: Machine | undefined, etcd: Etcd): boolean {
  return machine?.startedAt !== undefined && machine.k3s.running !== undefined && machine.k3s.etcd === etcd
}
