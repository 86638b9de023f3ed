import type { NodeChange, NodeState } from './scripts/nodes.js'
import type { Slot } from './slots.js'
import type { Pool, Taint } from './wanted.js'

/**
 * What has to change about labels and taints of these nodes; nodes that change in the same way do it together. k3s gives
 * a node those of its configuration only when the node is new, so whatever the spec says later is for this. What others
 * have given a node stays.
 */
export function planNodeChanges(nodes: readonly NodeState[], slots: readonly Slot[]): NodeChange[] {
  const together = new Map<string, NodeChange>()
  for (const node of nodes) {
    const slot = slots.find(({ name }) => name === node.name)
    const change = slot && changeOf(node, slot.pool)
    if (!change) continue
    const key = JSON.stringify(change)
    together.set(key, { ...change, nodes: [...(together.get(key)?.nodes ?? []), node.name] })
  }
  return [...together.values()]
}

function changeOf(
  node: NodeState,
  wanted: Pick<Pool, 'labels' | 'taints'>,
): Omit<NodeChange, 'nodes'> | undefined {
  const given = [...Object.keys(wanted.labels), ...wanted.taints.map(nameOf)].sort()
  const taken = node.given.filter(one => !given.includes(one))
  const labels = [
    ...Object.entries(wanted.labels).flatMap(([key, value]) =>
      node.labels[key] === value ? [] : `${key}=${value}`,
    ),
    ...taken.filter(key => key in node.labels).map(key => `${key}-`),
  ]
  const taints = [
    ...wanted.taints.flatMap(taint =>
      node.taints.some(one => nameOf(one) === nameOf(taint) && one.value === taint.value)
        ? []
        : `${taint.key}=${taint.value}:${taint.effect}`,
    ),
    ...taken.filter(name => node.taints.some(one => nameOf(one) === name)).map(name => `${name}-`),
  ]
  const isNoted = given.join(' ') === [...node.given].sort().join(' ')
  return labels.length === 0 && taints.length === 0 && isNoted ? undefined : { labels, taints, given }
}

/** A node has one taint of each key and effect. */
const nameOf = ({ key, effect }: Taint) => `${key}:${effect}`
