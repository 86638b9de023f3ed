import pLimit from 'p-limit'
import { LoError } from '../../errors.js'
import type { LoadBalancer } from '../../hcloud/resources/load-balancers.js'
import type { Network } from '../../hcloud/resources/networks.js'
import type { Access } from './access.js'
import { allOf, parallel } from './all.js'
import { type Convergence, convergeNode } from './converge-node.js'
import { findLiving } from './find-living.js'
import type { Job } from './job.js'
import { type ClusterFacts, joinAddress } from './k3s-config.js'
import { label } from './labels.js'
import { type ClusterNode, isFresh, privateAddressOf } from './node.js'
import { checkUpgrade, planStart } from './plan-start.js'
import { labelNode, listNodes, type NodeState, parseNodes, removeNode } from './scripts/nodes.js'
import { readToken } from './scripts/read.js'
import { untilServing } from './until-serving.js'

export interface ClusterRequest {
  /** One for each control plane. */
  controlPlanes: readonly ClusterNode[]
  /** Still being prepared, since the API server need not wait for them. */
  workers: readonly Promise<ClusterNode>[]
  network: Network
  balancer: LoadBalancer | undefined
  access: Access
}

export interface Started {
  /** A control plane whose API server is ready. */
  living: ClusterNode
  /** The load balancer, when the API is reached through it. */
  balancer: LoadBalancer | undefined
}

/** Lets k3s run on all nodes, as one cluster. */
export async function startCluster(request: ClusterRequest, job: Job): Promise<Started> {
  const { controlPlanes, network, access } = request
  const { wanted } = job
  const start = planStart(
    wanted.cluster,
    controlPlanes.map(({ slot, look }) => ({ name: slot.name, data: look.data })),
    network.labels[label.initialized] !== undefined,
  )
  const facts = factsOf(request, job)
  if (start.how === 'new') {
    const first = controlPlanes.find(({ slot }) => slot.name === start.first)!
    await convergeNode(first, { ...facts, joining: { cluster: 'new' }, token: access.secrets.k3sToken }, job)
    await remember(network, job)
    return joinOthers({ living: first, members: [first], nodes: [], facts }, request, job)
  }
  const members = controlPlanes.filter(({ slot }) => start.members.includes(slot.name))
  const living = await findLiving(members, controlPlanes.length, member => ofMember(member, facts), job)
  await remember(network, job)
  const nodes = parseNodes(await living.session.run(listNodes()))
  checkUpgrade(
    nodes.map(({ version }) => version),
    wanted.version,
  )
  // One at a time: each waits until the API server before it is ready, so that most of etcd is there all along.
  for (const member of members) await converge(member, living, ofMember(member, facts), job)
  return joinOthers({ living, members, nodes, facts }, request, job)
}

type Facts = Pick<Convergence, 'cluster' | 'network'>

function factsOf({ network, balancer }: ClusterRequest, { wanted }: Job): Facts {
  const addresses = balancer ? [privateOf(balancer, network), balancer.public_net.ipv4.ip] : []
  const cluster: ClusterFacts = {
    network: wanted.network,
    apiNames: addresses.filter(address => address !== null && address !== undefined),
    hasWorkers: wanted.workers.some(({ replicas }) => replicas > 0),
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

/** Control planes join one at a time, as etcd takes them; workers all at once, but for those that run already. */
async function joinOthers(
  { living, members, nodes, facts }: Joint,
  request: ClusterRequest,
  job: Job,
): Promise<Started> {
  const { controlPlanes, workers, balancer, network } = request
  const token = await living.session.run(readToken())
  const direct = joinAddress(privateAddressOf(living.server, network.id))
  const serving = balancer ? untilServing(balancer, job) : Promise.resolve(undefined)
  const joinOne = async (node: ClusterNode, server: string) => {
    await forget(node, living, nodes)
    await converge(node, living, { ...facts, joining: existing(server), token }, job)
  }
  const others = controlPlanes.filter(node => !members.includes(node))
  const joinPlanes = async () => {
    for (const node of others) await joinOne(node, direct)
  }
  const joinWorkers = async () => {
    const found = await serving
    const shared = found && privateOf(found, network)
    const server = shared ? joinAddress(shared) : direct
    const lane = pLimit(parallel)
    const joinWorker = async (worker: Promise<ClusterNode>) => {
      const node = await worker
      return isFresh(node) ? joinOne(node, server) : lane(() => joinOne(node, server))
    }
    await allOf(workers.map(joinWorker))
  }
  await allOf([joinPlanes(), joinWorkers()])
  return { living, balancer: await serving }
}

/** A new server in the place of one that is gone: while the cluster knows that one, this one may not join. */
async function forget(node: ClusterNode, living: ClusterNode, nodes: readonly NodeState[]): Promise<void> {
  if (!isFresh(node) || !nodes.some(({ name }) => name === node.slot.name)) return
  await living.session.run(removeNode(node.slot.name), { seconds: 90 })
}

/** Brings one node to what it should be, labels that it may not give itself included. */
async function converge(node: ClusterNode, living: ClusterNode, how: Convergence, job: Job): Promise<void> {
  const { name, pool } = node.slot
  if (!(await convergeNode(node, how, job)) || Object.keys(pool.labels).length === 0) return
  await untilRegistered(name, living, job)
  await living.session.run(labelNode(name, pool.labels))
}

const registration = 60_000

/** k3s is ready a moment before its node is known. */
async function untilRegistered(name: string, living: ClusterNode, { ctx }: Job): Promise<void> {
  for (const end = ctx.now() + registration; ctx.now() < end; await ctx.sleep(2000)) {
    const nodes = parseNodes(await living.session.run(listNodes()))
    if (nodes.some(node => node.name === name)) return
  }
  throw new LoError(
    'PROVISION_FAILED',
    `The node ${name} has not shown up ${registration / 1000} seconds after k3s was ready on it.`,
    {
      hint: 'Run `lo provision` again: it goes on where this one stopped.',
    },
  )
}
