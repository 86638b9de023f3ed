import { createHash } from 'node:crypto'
import { LoError } from '../../errors.js'
import { step } from '../step.js'
import type { Job } from './job.js'
import { type Ccm, lookAtCcm, parseCcm } from './scripts/look-at-ccm.js'
import { listNodes, type NodeState, parseNodes } from './scripts/nodes.js'
import { lastLines, type Session } from './session.js'
import { slotsOf } from './slots.js'

/** Milliseconds for what was just applied to pull its images, start, and look after every node. */
const patience = 180_000
const pause = 3000

/** A node has this taint until the cloud controller manager has found its server. */
const uninitialized = 'node.cloudprovider.kubernetes.io/uninitialized'

export interface Expected {
  /** A network plugin runs, so nodes get ready. */
  network: boolean
  /** The cloud controller manager runs, so nodes are initialized. */
  ccm: boolean
}

export interface ReadyRequest {
  /** Of a control plane. */
  session: Session
  expected: Expected
  /** What the cloud controller manager has to work with: the number of the network, and a token. */
  network: number
  token: string
}

/** Waits until all nodes of the spec are ready, as far as that is expected. Throws `UNHEALTHY` with the reason, if not. */
export async function untilReady(request: ReadyRequest, job: Job): Promise<void> {
  const { session, expected } = request
  const { wanted, ctx } = job
  if (!expected.network && !expected.ccm) return
  const names = new Set(slotsOf(wanted).map(({ name }) => name))
  await step(`Wait until the nodes of ${wanted.cluster} are ready`, ctx, async () => {
    for (const end = ctx.now() + patience; ; await ctx.sleep(pause)) {
      const nodes = parseNodes(await session.run(listNodes())).filter(({ name }) => names.has(name))
      const late = nodes.filter(node => lacks(node, expected).length > 0)
      if (late.length === 0) return
      if (ctx.now() >= end) throw await explain(late, nodes.length, request, job)
    }
  })
}

function lacks({ isReady, taints }: NodeState, expected: Expected): string[] {
  return [
    ...(expected.ccm && taints.some(({ key }) => key === uninitialized) ? ['not initialized'] : []),
    ...(expected.network && !isReady ? ['not ready'] : []),
  ]
}

async function explain(
  late: readonly NodeState[],
  all: number,
  request: ReadyRequest,
  job: Job,
): Promise<LoError> {
  const states = late.map(node => `${node.name}: ${lacks(node, request.expected).join(', ')}`)
  const message = `${late.length} of ${all} nodes of ${job.wanted.cluster} are not ready after ${patience / 1000} seconds.`
  if (!states.some(line => line.includes('not initialized'))) {
    return new LoError('UNHEALTHY', message, {
      detail: states.join('\n'),
      hint: `\`kubectl describe node ${late[0]!.name}\` says why; what runs there is in kube-system.`,
    })
  }
  const ccm = parseCcm(await request.session.run(lookAtCcm()))
  return new LoError('UNHEALTHY', message, {
    detail: [...states, job.redact(lastLines(ccm.log))].join('\n'),
    hint: `The cloud controller manager has not found their servers: ${suspect(ccm, request)}.`,
  })
}

/** Each node has the name of its server by construction; so it is the network, the token, or what the log says. */
function suspect({ network, tokenDigest }: Ccm, request: ReadyRequest): string {
  if (network === undefined || tokenDigest === undefined) {
    return 'the Secret hcloud in kube-system lacks its network or its token'
  }
  if (network !== String(request.network)) {
    return `the Secret hcloud in kube-system names the network ${network}, and that of the cluster is ${request.network}`
  }
  if (tokenDigest !== createHash('sha256').update(request.token).digest('hex')) {
    return 'the Secret hcloud in kube-system has another token than HCLOUD_CLUSTER_TOKEN, or HCLOUD_TOKEN'
  }
  return 'its network and its token are those of the cluster, so see its log above'
}
