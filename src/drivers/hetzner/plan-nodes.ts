import { LoError } from '../../errors.js'
import type { Planned } from '../../events.js'
import type { Access } from './access.js'
import type { Job } from './job.js'
import { label } from './labels.js'
import { publicAddressOf } from './node.js'
import { checkUpgrade } from './plan-start.js'
import { listNodes, parseNodes } from './scripts/nodes.js'
import { openSession } from './session.js'
import type { Survey } from './survey.js'

/** Milliseconds for a control plane that does not answer. */
const patience = 10_000

/**
 * Nodes that would get another release of k3s. That stands nowhere but on them, so a control plane is asked; when none
 * answers that is said, and the plan is without them. Throws `SPEC_INVALID` for a way that no provision would go.
 */
export async function planNodes({ found }: Survey, access: Access, job: Job): Promise<Planned[]> {
  const { wanted, ctx } = job
  if (!found.networks.some(({ labels }) => labels[label.initialized] !== undefined)) return []
  for (const server of found.servers.filter(({ labels }) => labels[label.role] === 'control-plane')) {
    const machine = { name: server.name, address: publicAddressOf(server) }
    const session = openSession(
      machine,
      { key: access.older ?? access.key, hostKeys: access.hostKeysOf(server) },
      job,
    )
    try {
      const nodes = parseNodes(await session.run(listNodes(), { patience }))
      checkUpgrade(
        nodes.map(({ version }) => version),
        wanted.version,
      )
      return nodes
        .filter(({ version }) => version !== wanted.version)
        .map(({ name, version }) => ({
          action: 'change',
          what: `node ${name}: ${version} to ${wanted.version}`,
        }))
    } catch (error) {
      if (!(error instanceof LoError) || error.code !== 'PROVISION_FAILED') throw error
    }
  }
  const message = 'no control plane answers: whether nodes get another release of k3s is not in this plan'
  ctx.output.event({ type: 'warning', message })
  return []
}
