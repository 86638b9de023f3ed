import { nodeNames, ownerOf } from './node-name.js'
import { formatTime } from './pod.js'

/** What the rehearsed kubelet reads of a node. */
export interface Node {
  metadata: { name: string; uid: string; deletionTimestamp?: string }
  status?: {
    conditions?: { type: string; status: string }[]
    daemonEndpoints?: { kubeletEndpoint?: { Port: number } }
  }
}

export interface NodePlan {
  create: string[]
  /** Those that are there, but not Ready, or with the port of an earlier run. */
  mend: string[]
  remove: string[]
}

/** What it takes to have the first `count` nodes, Ready, with logs on this port, and no others of the rehearsal's. */
export function planNodes(nodes: Node[], { count, port }: { count: number; port: number }): NodePlan {
  const known = new Map(nodes.map(node => [node.metadata.name, node]))
  const names = nodeNames(count)
  const isWell = (name: string) => {
    const { conditions = [], daemonEndpoints } = known.get(name)?.status ?? {}
    const isReady = conditions.some(({ type, status }) => type === 'Ready' && status === 'True')
    return isReady && (daemonEndpoints?.kubeletEndpoint?.Port ?? 0) === port
  }
  return {
    create: names.filter(name => !known.has(name)),
    mend: names.filter(name => known.has(name) && !isWell(name)),
    remove: nodes
      .filter(
        ({ metadata: { name, deletionTimestamp } }) => !deletionTimestamp && ownerOf(name, count) === 'gone',
      )
      .map(({ metadata }) => metadata.name),
  }
}

export interface NodeFacts {
  port: number
  /** The version of the API server, such as `v1.36.0`. */
  version: string
  hostIP: string
  /** Milliseconds since the epoch. */
  now: number
}

/** A node as kubelets register it. The platform is the one most images are built for, whatever this machine is. */
export function formatNode(name: string, facts: NodeFacts): Record<string, unknown> {
  const [os, arch] = ['linux', 'amd64']
  const labels = { 'kubernetes.io/hostname': name, 'kubernetes.io/os': os, 'kubernetes.io/arch': arch }
  return { apiVersion: 'v1', kind: 'Node', metadata: { name, labels }, status: formatNodeStatus(name, facts) }
}

export function formatNodeStatus(name: string, { port, version, hostIP, now }: NodeFacts) {
  const room = { cpu: '128', memory: '512Gi', 'ephemeral-storage': '1Ti', pods: '5000' }
  const at = { lastHeartbeatTime: formatTime(now), lastTransitionTime: formatTime(now) }
  const condition = (type: string, status: string, reason: string, message: string) => ({
    type,
    status,
    reason,
    message,
    ...at,
  })
  return {
    capacity: room,
    allocatable: room,
    conditions: [
      condition('MemoryPressure', 'False', 'KubeletHasSufficientMemory', 'the node is rehearsed'),
      condition('DiskPressure', 'False', 'KubeletHasNoDiskPressure', 'the node is rehearsed'),
      condition('PIDPressure', 'False', 'KubeletHasSufficientPID', 'the node is rehearsed'),
      condition('Ready', 'True', 'KubeletReady', 'the node is rehearsed'),
    ],
    addresses: [
      { type: 'InternalIP', address: hostIP },
      { type: 'Hostname', address: name },
    ],
    daemonEndpoints: { kubeletEndpoint: { Port: port } },
    nodeInfo: {
      machineID: name,
      systemUUID: name,
      bootID: name,
      kernelVersion: 'rehearsal',
      osImage: 'lok8s rehearsal',
      containerRuntimeVersion: 'rehearsal://1',
      kubeletVersion: version,
      kubeProxyVersion: version,
      operatingSystem: 'linux',
      architecture: 'amd64',
    },
  }
}

/** The lease by which the node controller knows that a node is alive. `now` is milliseconds since the epoch. */
export function formatLease(holderIdentity: string, now: number) {
  // Its time has six digits behind the point, no more and no fewer.
  const renewTime = new Date(now).toISOString().replace('Z', '000Z')
  return { holderIdentity, leaseDurationSeconds: 40, renewTime }
}
