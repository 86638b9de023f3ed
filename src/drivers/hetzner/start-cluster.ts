import pLimit from 'p-limit'
import { LoError } from '../../errors.js'
import type { LoadBalancer } from '../../hcloud/resources/load-balancers.js'
import type { Network } from '../../hcloud/resources/networks.js'
import type { Access } from './access.js'
import { allOf, parallel } from './all.js'
import { checkUpgrade } from './check-upgrade.js'
import { type Convergence, convergeNode } from './converge-node.js'
import { findLiving } from './find-living.js'
import type { Job } from './job.js'
import { type ClusterFacts, joinAddress } from './k3s-config.js'
import { label } from './labels.js'
import { type ClusterNode, isFresh, privateAddressOf } from './node.js'
import { planNodeChanges } from './plan-node-changes.js'
import { planStart } from './plan-start.js'
import { changeNodes, listNodes, type NodeState, parseNodes, removeNode } from './scripts/nodes.js'
import { readToken } from './scripts/read.js'
import type { Slot } from './slots.js'
import { untilServing } from './until-serving.js'

export interface ClusterRequest {
  /** One for each control plane. */
  controlPlanes: readonly ClusterNode[]
  /** Still being prepared, since the API server need not wait for them. */
  workers: readonly Promise<ClusterNode>[]
  /** Control planes with the data of the cluster that the spec does not want: for when no other has it. */
  leaving: () => Promise<ClusterNode[]>
  network: Network
  balancer: LoadBalancer | undefined
  access: Access
}

export interface Started {
  /** A control plane whose API server is ready. */
  living: ClusterNode
  /** The number of the network. */
  network: number
  /** The load balancer, when the API is reached through it. */
  balancer: LoadBalancer | undefined
}

/** Lets k3s run on all nodes, as one cluster. */
export async function startCluster(request: ClusterRequest, job: Job): Promise<Started> {
  const { controlPlanes, network, access } = request
  const { wanted } = job
  const isInitialized = network.labels[label.initialized] !== undefined
  const isHeld = controlPlanes.some(({ look }) => look.data === 'server')
  const leaving = isInitialized && !isHeld ? await request.leaving() : []
  const all = [...controlPlanes, ...leaving]
  const start = planStart(
    wanted.cluster,
    all.map(({ slot, look }) => ({ name: slot.name, data: look.data })),
    isInitialized,
  )
  const facts = factsOf(request, job)
  if (start.how === 'new') {
    const first = controlPlanes.find(({ slot }) => slot.name === start.first)!
    await convergeNode(first, { ...facts, joining: { cluster: 'new' }, token: access.secrets.k3sToken }, job)
    await remember(network, job)
    return joinOthers({ living: first, members: [first], nodes: [], facts }, request, job)
  }
  const members = controlPlanes.filter(({ slot }) => start.members.includes(slot.name))
  const holders = [...members, ...leaving]
  const living = await findLiving(holders, all.length, member => ofMember(member, facts), job)
  await remember(network, job)
  const nodes = parseNodes(await living.session.run(listNodes()))
  checkUpgrade(nodes, wanted)
  // One at a time: each waits until the API server before it is ready, so that most of etcd is there all along.
  for (const member of members) await convergeNode(member, ofMember(member, facts), job)
  if (controlPlanes.includes(living)) return joinOthers({ living, members, nodes, facts }, request, job)
  // It is going to leave: one that stays has to be there first, for all others to join at.
  const first = controlPlanes[0]!
  await join(first, await doorOf(living, network), { living, nodes, facts }, job)
  return joinOthers({ living: first, members: [first], nodes, facts }, request, job)
}

type Facts = Pick<Convergence, 'cluster' | 'network'>

function factsOf({ network, balancer }: ClusterRequest, { wanted }: Job): Facts {
  const addresses = balancer ? [privateOf(balancer, network), balancer.public_net.ipv4.ip] : []
  const cluster: ClusterFacts = {
    network: wanted.network,
    apiNames: addresses.filter(address => address !== null && address !== undefined),
  }
  return { cluster, network: network.id }
}

const privateOf = ({ private_net }: LoadBalancer, { id }: Network) =>
  private_net.find(one => one.network === id)?.ip

/** What holds data has joined: it keeps its token, and what it was told of where to join. */
function ofMember({ look }: ClusterNode, facts: Facts): Convergence {
  const joining = look.joins === undefined ? ({ cluster: 'new' } as const) : existing(look.joins)
  return { ...facts, joining, token: undefined }
}

const existing = (server: string) => ({ cluster: 'existing', server }) as const

/** Says in the API that there is a cluster now, so that nobody begins another one in its place. */
async function remember(network: Network, { hcloud, changed }: Job): Promise<void> {
  if (network.labels[label.initialized] !== undefined) return
  await hcloud.networks.setLabels(network, { ...network.labels, [label.initialized]: 'yes' })
  changed(`network ${network.name}`)
}

interface Joint {
  living: ClusterNode
  members: readonly ClusterNode[]
  /** What the cluster knew before this run. */
  nodes: readonly NodeState[]
  facts: Facts
}

/** Where nodes join, and by what. */
interface Door {
  server: string
  token: string
}

async function doorOf({ session, server }: ClusterNode, { id }: Network): Promise<Door> {
  return { server: joinAddress(privateAddressOf(server, id)), token: await session.run(readToken()) }
}

async function join(
  node: ClusterNode,
  { server, token }: Door,
  { living, nodes, facts }: Omit<Joint, 'members'>,
  job: Job,
): Promise<void> {
  await forget(node, living, nodes)
  await convergeNode(node, { ...facts, joining: existing(server), token }, job)
}

/** Control planes join one at a time, as etcd takes them; workers all at once, but for those that run already. */
async function joinOthers(joint: Joint, request: ClusterRequest, job: Job): Promise<Started> {
  const { living, members } = joint
  const { controlPlanes, workers, balancer, network } = request
  const door = await doorOf(living, network)
  const serving = balancer ? untilServing(balancer, job) : Promise.resolve(undefined)
  const others = controlPlanes.filter(node => !members.includes(node))
  const joinPlanes = async () => {
    for (const node of others) await join(node, door, joint, job)
  }
  const joinWorkers = async () => {
    const found = await serving
    const shared = found && privateOf(found, network)
    const front = shared ? { ...door, server: joinAddress(shared) } : door
    const lane = pLimit(parallel)
    const joinWorker = async (worker: Promise<ClusterNode>) => {
      const node = await worker
      const work = () => join(node, front, joint, job)
      return isFresh(node) ? work() : lane(work)
    }
    await allOf(workers.map(joinWorker))
  }
  await allOf([joinPlanes(), joinWorkers()])
  const joined = [...controlPlanes, ...(await allOf(workers))].map(({ slot }) => slot)
  await giveToNodes(joined, living, job)
  return { living, network: network.id, balancer: await serving }
}

/** A new server in the place of one that is gone: while the cluster knows that one, this one may not join. */
async function forget(node: ClusterNode, living: ClusterNode, nodes: readonly NodeState[]): Promise<void> {
  if (!isFresh(node) || !nodes.some(({ name }) => name === node.slot.name)) return
  await living.session.run(removeNode(node.slot.name), { seconds: 90 })
}

/** Labels and taints as the spec has them. */
async function giveToNodes(slots: readonly Slot[], living: ClusterNode, job: Job): Promise<void> {
  const nodes = await untilRegistered(
    slots.map(({ name }) => name),
    living,
    job,
  )
  for (const change of planNodeChanges(nodes, slots)) {
    await living.session.run(changeNodes(change))
    for (const node of change.nodes) job.changed(`node ${node}`)
  }
}

const registration = 60_000

/** k3s is ready a moment before its node is known. */
async function untilRegistered(
  names: readonly string[],
  living: ClusterNode,
  { ctx }: Job,
): Promise<NodeState[]> {
  for (const end = ctx.now() + registration; ; await ctx.sleep(2000)) {
    const nodes = parseNodes(await living.session.run(listNodes()))
    const missing = names.filter(name => !nodes.some(node => node.name === name))
    if (missing.length === 0) return nodes
    if (ctx.now() < end) continue
    throw new LoError(
      'PROVISION_FAILED',
      `Nodes have not shown up ${registration / 1000} seconds after k3s was ready on them: ${missing.join(', ')}.`,
      { hint: 'Run `lo provision` again: it goes on where this one stopped.' },
    )
  }
}
