import { LoError } from '../../errors.js'
import type { Access } from './access.js'
import type { Job } from './job.js'
import { label } from './labels.js'
import { publicAddressOf } from './node.js'
import { listNodes, type NodeState, parseNodes } from './scripts/nodes.js'
import { NotReached, openSession } from './session.js'
import type { Survey } from './survey.js'

/** Milliseconds for a control plane that does not answer. */
const patience = 10_000

/**
 * The nodes of a cluster as a control plane knows them: what they run stands nowhere else. None before there is an API
 * server; undefined when no control plane answers.
 */
export async function askNodes(
  { found }: Pick<Survey, 'found'>,
  access: Access,
  job: Job,
): Promise<NodeState[] | undefined> {
  if (!found.networks.some(({ labels }) => labels[label.initialized] !== undefined)) return []
  for (const server of found.servers.filter(({ labels }) => labels[label.role] === 'control-plane')) {
    const machine = { name: server.name, address: publicAddressOf(server) }
    const session = openSession(
      machine,
      { key: access.older ?? access.key, hostKeys: access.hostKeysOf(server) },
      job,
    )
    try {
      return parseNodes(await session.run(listNodes(), { patience }))
    } catch (error) {
      if (!(error instanceof LoError) || error.code !== 'PROVISION_FAILED') throw error
      // Somebody else answers in its place: no other one is asked then, nor is anything made.
      if (error instanceof NotReached && error.why === 'other key') throw error
    }
  }
  return undefined
}
