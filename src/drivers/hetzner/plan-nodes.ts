import { LoError } from '../../errors.js'
import type { Planned } from '../../events.js'
import type { Access } from './access.js'
import type { Job } from './job.js'
import { label } from './labels.js'
import { publicAddressOf } from './node.js'
import { planNodeChanges } from './plan-node-changes.js'
import { checkUpgrade } from './plan-start.js'
import { listNodes, type NodeChange, type NodeState, parseNodes } from './scripts/nodes.js'
import { openSession } from './session.js'
import { slotsOf } from './slots.js'
import type { Survey } from './survey.js'
import type { Wanted } from './wanted.js'

/** Milliseconds for a control plane that does not answer. */
const patience = 10_000

/**
 * Nodes that would get another release of k3s, other labels or other taints. Those stand nowhere but in the cluster, so a
 * control plane is asked; when none answers that is said, and the plan is without them. Throws `SPEC_INVALID` for a way that no provision would go.
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
      return describeNodes(nodes, wanted)
    } catch (error) {
      if (!(error instanceof LoError) || error.code !== 'PROVISION_FAILED') throw error
    }
  }
  const message = 'no control plane answers: what changes about nodes is not in this plan'
  ctx.output.event({ type: 'warning', message })
  return []
}

function describeNodes(nodes: readonly NodeState[], wanted: Wanted): Planned[] {
  const changes = planNodeChanges(nodes, slotsOf(wanted))
  return nodes.flatMap(({ name, version }): Planned[] => {
    const change = changes.find(one => one.nodes.includes(name))
    const parts = [
      ...(version === wanted.version ? [] : [`${version} to ${wanted.version}`]),
      ...(change ? describeChange(change) : []),
    ]
    return parts.length > 0 ? [{ action: 'change', what: `node ${name}: ${parts.join(', ')}` }] : []
  })
}

function describeChange({ labels, taints }: NodeChange): string[] {
  const words = [
    ...labels.map(word => ({ noun: 'label', word })),
    ...taints.map(word => ({ noun: 'taint', word })),
  ]
  const parts = words.map(({ noun, word }) =>
    word.endsWith('-') ? `without the ${noun} ${word.slice(0, -1)}` : `${noun} ${word}`,
  )
  return parts.length > 0 ? parts : ['note its labels and taints']
}
