import { conditionOf, explain } from './read.js'
import { healthy, progressing, type Rule } from './rule.js'

/** An API is there once its server answers; it may take any time to come up, so none has failed. */
export const apiService: Rule = object => {
  const available = conditionOf(object, 'Available')
  if (available?.status === 'True') return healthy('is available')
  return progressing(explain('is not available yet', available?.reason, available?.message))
}
