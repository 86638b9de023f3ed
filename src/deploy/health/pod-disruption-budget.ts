import { numberAt } from './read.js'
import { healthy, type Rule } from './rule.js'

/**
 * Ready when its controller has seen it, as in kstatus, which is asked before. How many pods are healthy is told, not
 * waited for: a budget may be for pods that come later or never, and it never says that it has given up.
 */
export const podDisruptionBudget: Rule = object => {
  const current = numberAt(object, 'status', 'currentHealthy')
  const wanted = numberAt(object, 'status', 'desiredHealthy')
  if (current === undefined || wanted === undefined) return healthy('exists')
  return healthy(`${current} pods are healthy, at least ${wanted} have to be`)
}
