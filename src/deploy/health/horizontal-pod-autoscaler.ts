import { conditionOf, explain } from './read.js'
import { healthy, type Rule } from './rule.js'

/** Always healthy: metrics come minutes after the pods, and not at all for a workload scaled to zero. */
export const horizontalPodAutoscaler: Rule = object => {
  const active = conditionOf(object, 'ScalingActive')
  if (active?.status !== 'False') return healthy('exists')
  return healthy(explain('does not scale', active.reason, active.message))
}
