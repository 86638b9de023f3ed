import { LoError } from '../../errors.js'
import type { Server } from '../../hcloud/resources/servers.js'
import type { Access } from './access.js'
import { enterServer } from './enter-server.js'
import type { Job } from './job.js'
import { label } from './labels.js'
import type { ClusterNode } from './node.js'
import { look, parseLook } from './scripts/look.js'

/** Milliseconds for one that does not answer. */
const patience = 20_000

/**
 * Control planes that the spec does not want any more and that hold the data of the cluster: others can join at them.
 * Those that do not answer are left out, since nobody wants them.
 */
export async function enterLeaving(
  surplus: readonly Server[],
  access: Access,
  job: Job,
): Promise<ClusterNode[]> {
  const servers = surplus.filter(({ labels }) => labels[label.role] === 'control-plane')
  const nodes = await Promise.all(servers.map(server => enter(server, access, job)))
  return nodes.flatMap(node => (node?.look.data === 'server' ? node : []))
}

async function enter(server: Server, access: Access, job: Job): Promise<ClusterNode | undefined> {
  try {
    const session = await enterServer(server, access, job)
    const seen = parseLook(await session.run(look(), { patience }))
    // No place in the spec is its own any more.
    const slot = { name: server.name, pool: job.wanted.controlPlane, index: 0, group: '' }
    return { slot, server, session, look: seen }
  } catch (error) {
    if (error instanceof LoError) return undefined
    throw error
  }
}
