import { conditionOf, explain } from './read.js'
import { healthy, progressing, type Rule } from './rule.js'

/** Unlike other objects without a `Ready` condition, a node whose kubelet has said nothing is not ready. */
export const node: Rule = object => {
  const ready = conditionOf(object, 'Ready')
  if (ready?.status === 'True') return healthy('is ready')
  return progressing(explain('is not ready', ready?.reason, ready?.message))
}
