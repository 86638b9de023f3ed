import { readTaint, type Taint } from '../wanted.js'
import { type Etcd, hasQuorum, isTokenOf, newEtcd } from './etcd.js'
import type { K3s, Machine } from './machine.js'
import type { Delays } from './machines.js'

/** What k3s on a server finds around it. */
export interface Surroundings {
  now: number
  delays: Delays
  machines: ReadonlyMap<number, Machine>
  /** The cluster whose API answers a server at a private address: that of a server, or of a load balancer. */
  clusterAt: (from: Machine, address: string) => Etcd | undefined
}

/**
 * Lets k3s on one server go on, as far as it can by now. It does what k3s does: data on the disk is worth more than the
 * configuration, a name that the cluster knows keeps other servers of that name out, and only one joins etcd at a time.
 */
export function goOn(machine: Machine, around: Surroundings): void {
  const { k3s, startedAt } = machine
  if (k3s.running === undefined || startedAt === undefined) return
  const obstacle = k3s.defect ?? findObstacle(machine, around)
  if (obstacle !== undefined) {
    k3s.isReady = false
    k3s.since = undefined
    if (k3s.journal.at(-1) !== obstacle) k3s.journal.push(obstacle)
    return
  }
  if (k3s.isReady) return
  k3s.since ??= around.now
  enter(machine, around)
  if (around.now - k3s.since >= delayOf(machine, around.delays)) becomeReady(machine)
}

function delayOf({ k3s }: Machine, delays: Delays): number {
  if (k3s.hasJoined) return delays.restart
  if (k3s.kind === 'agent') return delays.worker
  return k3s.config['cluster-init'] === true ? delays.firstControlPlane : delays.controlPlane
}

/** What k3s writes into its journal while it cannot go on. */
function findObstacle(machine: Machine, around: Surroundings): string | undefined {
  const { k3s } = machine
  if (k3s.etcd) return findTrouble(machine, k3s.etcd, around)
  const isFirst = k3s.kind === 'server' && k3s.config['cluster-init'] === true
  return isFirst ? undefined : findRefusal(machine, around)
}

/** Of a node that has its data already. */
function findTrouble({ k3s, server }: Machine, etcd: Etcd, { machines }: Surroundings): string | undefined {
  if (k3s.kind === 'agent') {
    if (!etcd.nodes.has(server.name)) return undefined
    return hasQuorum(etcd, machines)
      ? undefined
      : 'level=error msg="failed to get CA certs: connection refused"'
  }
  if (!isTokenOf(etcd, k3s.token)) {
    return 'level=fatal msg="bootstrap data already found and encrypted with different token"'
  }
  if (etcd.members.get(server.name) !== server.id) {
    return 'level=fatal msg="this server is not a member of the etcd cluster"'
  }
  return hasQuorum(etcd, machines) ? undefined : 'level=warning msg="etcd has no leader"'
}

/** Of a node that wants to join. */
function findRefusal(machine: Machine, { machines, clusterAt }: Surroundings): string | undefined {
  const { k3s, server } = machine
  const address = String(k3s.config.server ?? '')
  const [, host = ''] = /^https:\/\/([\d.]+):6443$/.exec(address) ?? []
  const etcd = clusterAt(machine, host)
  if (!etcd) return `level=error msg="failed to get CA certs: Get ${address}/cacerts: connection refused"`
  if (!isTokenOf(etcd, k3s.token)) return 'level=fatal msg="failed to validate token: not authorized"'
  const node = etcd.nodes.get(server.name)
  if (node && node.server !== server.id) {
    return 'level=fatal msg="Node password rejected, duplicate hostname or contents of /etc/rancher/node/password may not match server node-passwd entry"'
  }
  if (k3s.kind === 'agent') return undefined
  const member = etcd.members.get(server.name)
  if (member !== undefined && member !== server.id) {
    return `level=fatal msg="etcd cluster join failed: duplicate node name found, please use a unique name for this node: ${server.name}"`
  }
  const isAnotherJoining = [...machines.values()].some(
    other => other.k3s.etcd === etcd && other.k3s.kind === 'server' && !other.k3s.hasJoined,
  )
  return isAnotherJoining ? 'level=error msg="etcd: too many learner members in cluster"' : undefined
}

/** From the first moment on it has its data, and a control plane its part of etcd. */
function enter(machine: Machine, { clusterAt }: Surroundings): void {
  const { k3s, server } = machine
  if (k3s.etcd) return
  const isFirst = k3s.kind === 'server' && k3s.config['cluster-init'] === true
  k3s.etcd = isFirst ? newEtcd(k3s.token) : clusterAt(machine, new URL(String(k3s.config.server)).hostname)!
  if (k3s.kind === 'server') k3s.etcd.members.set(server.name, server.id)
}

/** A node gets the labels and taints of its configuration when it is new, and never again. */
function becomeReady({ k3s, server }: Machine): void {
  k3s.isReady = true
  k3s.hasJoined = true
  const known = k3s.etcd!.nodes.get(server.name)
  k3s.etcd!.nodes.set(server.name, {
    labels: known?.labels ?? labelsIn(k3s.config),
    taints: known?.taints ?? taintsOf(k3s),
    given: known?.given ?? '',
    version: k3s.running!,
    server: server.id,
  })
}

/** Whoever waits for an external cloud provider has a taint until that has come. */
function taintsOf({ config, etcd }: K3s): Taint[] {
  const own = listIn(config, 'node-taint').map(readTaint)
  const waits = listIn(config, 'kubelet-arg').includes('cloud-provider=external') && !etcd!.hasCcm
  return waits ? [...own, uninitialized] : own
}

/** Of a node whose server the cloud controller manager has not found yet. */
export const uninitialized: Taint = {
  key: 'node.cloudprovider.kubernetes.io/uninitialized',
  value: 'true',
  effect: 'NoSchedule',
}

function listIn(config: Record<string, unknown>, key: string): string[] {
  return (config[key] ?? []) as string[]
}

function labelsIn(config: Record<string, unknown>): Record<string, string> {
  return Object.fromEntries(listIn(config, 'node-label').map(pair => pair.split('=') as [string, string]))
}
