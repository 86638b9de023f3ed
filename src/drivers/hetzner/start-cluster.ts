import type { LoadBalancer } from '../../hcloud/resources/load-balancers.js'
import type { Network } from '../../hcloud/resources/networks.js'
import type { Access } from './access.js'
import { allOf } from './all.js'
import { checkUpgrade } from './check-upgrade.js'
import { type Convergence, convergeNode } from './converge-node.js'
import { findLiving } from './find-living.js'
import type { Job } from './job.js'
import { doorOf, existing, type Facts, joinNode } from './join-node.js'
import { joinOthers, type Others, privateOf, type Started } from './join-others.js'
import type { ClusterFacts } from './k3s-config.js'
import { label } from './labels.js'
import type { ClusterNode } from './node.js'
import { planStart } from './plan-start.js'
import { listNodes, parseNodes } from './scripts/nodes.js'

export interface ClusterRequest extends Others {
  /** There is no data of a cluster anywhere, so the first control plane begins one. */
  isNew: boolean
  /** Control planes with the data of the cluster that the spec does not want: for when no other has it. */
  leaving: () => Promise<ClusterNode[]>
  access: Access
}

/** Lets k3s run on all nodes, as one cluster. */
export async function startCluster(request: ClusterRequest, job: Job): Promise<Started> {
  const { network } = request
  const facts = factsOf(network, await request.balancer, job)
  if (request.isNew) return begin(await request.controlPlanes[0]!, facts, request, job)
  const controlPlanes = await allOf(request.controlPlanes)
  const isInitialized = network.labels[label.initialized] !== undefined
  const isHeld = controlPlanes.some(({ look }) => look.data === 'server')
  const leaving = isInitialized && !isHeld ? await request.leaving() : []
  const all = [...controlPlanes, ...leaving]
  const start = planStart(
    job.wanted.cluster,
    all.map(({ slot, look }) => ({ name: slot.name, data: look.data })),
    isInitialized,
  )
  if (start.how === 'new') {
    const first = controlPlanes.find(({ slot }) => slot.name === start.first)!
    return begin(first, facts, request, job)
  }
  const members = controlPlanes.filter(({ slot }) => start.members.includes(slot.name))
  const living = await findLiving(
    [...members, ...leaving],
    all.length,
    member => ofMember(member, facts),
    job,
  )
  await remember(network, job)
  const nodes = parseNodes(await living.session.run(listNodes()))
  checkUpgrade(nodes, job.wanted)
  // One at a time: each waits until the API server before it is ready, so that most of etcd is there all along.
  for (const member of members) await convergeNode(member, ofMember(member, facts), job)
  if (members.includes(living)) return joinOthers({ living, members, nodes, facts }, request, job)
  // It is going to leave: one that stays has to be there first, for all others to join at.
  const first = controlPlanes[0]!
  await joinNode(first, await doorOf(living, network), { living, nodes, facts }, job)
  return joinOthers({ living: first, members: [first], nodes, facts }, request, job)
}

/** Lets a control plane make the cluster. */
async function begin(first: ClusterNode, facts: Facts, request: ClusterRequest, job: Job): Promise<Started> {
  const { network, access } = request
  await convergeNode(first, { ...facts, joining: { cluster: 'new' }, token: access.secrets.k3sToken }, job)
  await remember(network, job)
  return joinOthers({ living: first, members: [first], nodes: [], facts }, request, job)
}

function factsOf(network: Network, balancer: LoadBalancer | undefined, { wanted }: Job): Facts {
  const addresses = balancer ? [privateOf(balancer, network), balancer.public_net.ipv4.ip] : []
  const cluster: ClusterFacts = {
    network: wanted.network,
    apiNames: addresses.filter(address => address !== null && address !== undefined),
  }
  return { cluster, network: network.id }
}

/** What holds data has joined: it keeps its token, and what it was told of where to join. */
function ofMember({ look }: ClusterNode, facts: Facts): Convergence {
  const joining = look.joins === undefined ? ({ cluster: 'new' } as const) : existing(look.joins)
  return { ...facts, joining, token: undefined }
}

/** Says in the API that there is a cluster now, so that nobody begins another one in its place. */
async function remember(network: Network, { hcloud, changed }: Job): Promise<void> {
  if (network.labels[label.initialized] !== undefined) return
  await hcloud.networks.setLabels(network, { ...network.labels, [label.initialized]: 'yes' })
  changed(`network ${network.name}`)
}
