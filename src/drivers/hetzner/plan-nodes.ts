import type { Planned } from '../../events.js'
import type { Access } from './access.js'
import { askNodes } from './ask-nodes.js'
import { checkUpgrade } from './check-upgrade.js'
import type { Job } from './job.js'
import { planNodeChanges } from './plan-node-changes.js'
import type { NodeChange, NodeState } from './scripts/nodes.js'
import { slotsOf } from './slots.js'
import type { Survey } from './survey.js'
import type { Wanted } from './wanted.js'

/**
 * Nodes that would get another release of k3s, other labels or other taints. When no control plane answers that is said,
 * and the plan is without them. Throws `SPEC_INVALID` for a way that no provision would go.
 */
export async function planNodes(survey: Survey, access: Access, job: Job): Promise<Planned[]> {
  const { wanted, ctx } = job
  const nodes = await askNodes(survey, access, job)
  if (!nodes) {
    const message = 'no control plane answers: what changes about nodes is not in this plan'
    ctx.output.event({ type: 'warning', message })
    return []
  }
  checkUpgrade(nodes, wanted)
  return describeNodes(nodes, wanted)
}

function describeNodes(nodes: readonly NodeState[], wanted: Wanted): Planned[] {
  const slots = slotsOf(wanted)
  const changes = planNodeChanges(nodes, slots)
  // What the spec does not want any more stays as it is.
  const kept = nodes.filter(({ name }) => slots.some(slot => slot.name === name))
  return kept.flatMap(({ name, version }): Planned[] => {
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
