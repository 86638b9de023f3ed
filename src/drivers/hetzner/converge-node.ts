import { LoError } from '../../errors.js'
import { step } from '../step.js'
import type { Job } from './job.js'
import { type ClusterFacts, controlPlaneConfig, type Joining, workerConfig } from './k3s-config.js'
import { type ClusterNode, factsOf, isFresh, kindOf } from './node.js'
import { installK3s } from './scripts/install-k3s.js'
import { startK3s } from './scripts/start-k3s.js'
import { waitForK3s } from './scripts/wait-for-k3s.js'
import { writeK3sConfig } from './scripts/write-k3s-config.js'
import type { Session } from './session.js'

const readySeconds = 300
const downloadSeconds = 600

export interface Convergence {
  cluster: ClusterFacts
  /** The number of the network. */
  network: number
  joining: Joining
  /** By which it joins; undefined for one that has joined, and keeps its own. */
  token: string | undefined
}

/** Gives a node the program and the configuration that it should have, and starts k3s with them. */
export async function applyNode(node: ClusterNode, how: Convergence, { wanted }: Job): Promise<boolean> {
  const { session, slot } = node
  // A new server has it since it was prepared; any other gets it only now that its turn has come.
  const installed = isFresh(node)
    ? 'unchanged'
    : await session.run(installK3s({ version: wanted.version }), { seconds: downloadSeconds })
  const facts = factsOf(node, how.network)
  const config =
    slot.pool.role === 'control-plane'
      ? controlPlaneConfig(facts, how.cluster, how.joining)
      : workerConfig(facts, (how.joining as Extract<Joining, { server: string }>).server)
  const { token } = how
  const written = await session.run(writeK3sConfig({ config, ...(token !== undefined && { token }) }))
  const started = await session.run(startK3s({ kind: kindOf(slot) }))
  return [installed, written, started].includes('changed')
}

/** The same, and waits until k3s is ready. Whether anything of it has changed. */
export async function convergeNode(node: ClusterNode, how: Convergence, job: Job): Promise<boolean> {
  const { slot, session } = node
  return step(`Start k3s on ${slot.name}`, job.ctx, async () => {
    const hasChanged = await applyNode(node, how, job)
    if (hasChanged) job.changed(`k3s on ${slot.name}`)
    const journal = await journalUnlessReady(node, session, readySeconds)
    if (journal === undefined) return hasChanged
    throw new LoError('PROVISION_FAILED', `k3s on ${slot.name} is not ready after ${readySeconds} seconds.`, {
      detail: job.redact(journal),
      hint: 'Once the reason is gone, run `lo provision` again: it goes on where this one stopped.',
    })
  })
}

/** Waits until k3s is ready, and answers with the end of its journal when that takes too long. */
export async function journalUnlessReady(
  { slot }: Pick<ClusterNode, 'slot'>,
  session: Session,
  seconds: number,
): Promise<string | undefined> {
  const said = await session.run(waitForK3s({ kind: kindOf(slot), seconds }), { seconds })
  const [state, ...journal] = said.split('\n')
  return state === 'ready' ? undefined : journal.join('\n')
}
