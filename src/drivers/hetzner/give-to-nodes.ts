import { LoError } from '../../errors.js'
import type { Job } from './job.js'
import type { ClusterNode } from './node.js'
import { planNodeChanges } from './plan-node-changes.js'
import { changeNodes, listNodes, type NodeState, parseNodes } from './scripts/nodes.js'
import type { Slot } from './slots.js'

/** Gives nodes that have joined the labels and taints that the spec says. */
export async function giveToNodes(slots: readonly Slot[], living: ClusterNode, job: Job): Promise<void> {
  const nodes = await untilRegistered(
    slots.map(({ name }) => name),
    living,
    job,
  )
  for (const change of planNodeChanges(nodes, slots)) {
    await living.session.run(changeNodes(change))
    for (const node of change.nodes) job.changed(`node ${node}`)
  }
}

const registration = 60_000

/** k3s is ready a moment before its node is known. */
async function untilRegistered(
  names: readonly string[],
  living: ClusterNode,
  { ctx }: Job,
): Promise<NodeState[]> {
  for (const end = ctx.now() + registration; ; await ctx.sleep(2000)) {
    const nodes = parseNodes(await living.session.run(listNodes()))
    const missing = names.filter(name => !nodes.some(node => node.name === name))
    if (missing.length === 0) return nodes
    if (ctx.now() < end) continue
    throw new LoError(
      'PROVISION_FAILED',
      `Nodes have not shown up ${registration / 1000} seconds after k3s was ready on them: ${missing.join(', ')}.`,
      { hint: 'Run `lo provision` again: it goes on where this one stopped.' },
    )
  }
}
