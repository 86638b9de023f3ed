import { step } from '../step.js'
import { allOf } from './all.js'
import { applyNode, type Convergence, journalUnlessReady } from './converge-node.js'
import type { Job } from './job.js'
import type { ClusterNode } from './node.js'
import { noLivingMember } from './plan-start.js'
import { lastLines } from './session.js'

/** Seconds for an API server that is up, and for one that has to be started. */
const soon = 20
const later = 180

/**
 * A control plane whose API server is ready. When none is, k3s is started on all that hold data: alone none of several
 * could get ready. Throws `PROVISION_FAILED` with what their journals say.
 */
export async function findLiving(
  members: readonly ClusterNode[],
  all: number,
  how: (member: ClusterNode) => Convergence,
  job: Job,
): Promise<ClusterNode> {
  const first = await firstReady(members, soon)
  if ('node' in first) return first.node
  return step(`Start the API servers of ${job.wanted.cluster}`, job.ctx, async () => {
    await allOf(members.map(member => applyNode(member, how(member), job)))
    const second = await firstReady(members, later)
    if ('node' in second) return second.node
    throw noLivingMember(
      members.map(({ slot }) => slot.name),
      all,
      job.redact(second.evidence),
    )
  })
}

async function firstReady(
  members: readonly ClusterNode[],
  seconds: number,
): Promise<{ node: ClusterNode } | { evidence: string }> {
  const journals = await allOf(
    members.map(async node => ({ node, journal: await journalUnlessReady(node, node.session, seconds) })),
  )
  const ready = journals.find(({ journal }) => journal === undefined)
  if (ready) return { node: ready.node }
  return {
    evidence: journals
      .map(({ node, journal }) => `${node.slot.name}:\n${lastLines(journal ?? '', 15)}`)
      .join('\n'),
  }
}
