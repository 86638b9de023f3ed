import pLimit from 'p-limit'
import { LoError } from '../../errors.js'
import type { LoadBalancer } from '../../hcloud/resources/load-balancers.js'
import type { Network } from '../../hcloud/resources/networks.js'
import { joined, parallel } from './all.js'
import { giveToNodes } from './give-to-nodes.js'
import type { Job } from './job.js'
import { type Cluster, doorOf, joinNode } from './join-node.js'
import { joinAddress } from './k3s-config.js'
import { type ClusterNode, isFresh } from './node.js'
import { untilServing } from './until-serving.js'

export interface Others {
  /** One for each control plane, still being prepared, as all of these: none waits for a slower one without need. */
  controlPlanes: readonly Promise<ClusterNode>[]
  workers: readonly Promise<ClusterNode>[]
  balancer: Promise<LoadBalancer | undefined>
  network: Network
}

export interface Joint extends Cluster {
  /** Control planes that have joined. */
  members: readonly ClusterNode[]
}

export interface Started {
  /** A control plane whose API server is ready. */
  living: ClusterNode
  /** The number of the network. */
  network: number
  /** The load balancer, when the API is reached through it. */
  balancer: LoadBalancer | undefined
}

/**
 * Control planes join one at a time, as etcd takes them; workers all at once, but for those that run already. All that
 * have joined get what the spec gives them, whatever keeps others from it.
 */
export async function joinOthers(joint: Joint, others: Others, job: Job): Promise<Started> {
  const { living, members } = joint
  const { controlPlanes, workers, network } = others
  const door = await doorOf(living, network)
  const balancer = await others.balancer
  const serving = balancer ? untilServing(balancer, job) : Promise.resolve(undefined)
  // It is asked for later, or by nobody when others fail first.
  serving.catch(() => {})
  const [planeLane, workerLane] = [pLimit(1), pLimit(parallel)]
  let obstacle: unknown
  const joinPlane = async (plane: Promise<ClusterNode>) => {
    const node = await plane
    if (members.includes(node)) return node
    await planeLane(async () => {
      if (obstacle !== undefined) throw obstacle
      await joinNode(node, door, joint, job).catch(error => {
        obstacle = error
        throw error
      })
    })
    return node
  }
  const joinWorker = async (worker: Promise<ClusterNode>) => {
    const node = await worker
    const found = await serving
    const shared = found && privateOf(found, network)
    const front = shared ? { ...door, server: joinAddress(shared) } : door
    const work = () => joinNode(node, front, joint, job)
    await (isFresh(node) ? work() : workerLane(work))
    return node
  }
  const ends = await Promise.allSettled([...controlPlanes.map(joinPlane), ...workers.map(joinWorker)])
  const nodes = ends.flatMap(end => (end.status === 'fulfilled' ? end.value.slot : []))
  const failures = ends.flatMap(end => (end.status === 'rejected' ? [end.reason as unknown] : []))
  // An interrupt, or a bug, is no reason to go on elsewhere.
  if (failures.every(failure => failure instanceof LoError)) {
    await giveToNodes(nodes, living, job).catch(error => void failures.push(error))
  }
  if (failures.length > 0) throw joined(failures)
  return { living, network: network.id, balancer: await serving }
}

/** The address of a load balancer in the network. */
export const privateOf = ({ private_net }: LoadBalancer, { id }: Network) =>
  private_net.find(one => one.network === id)?.ip
