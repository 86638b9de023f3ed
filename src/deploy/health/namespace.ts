import { textAt } from './read.js'
import { healthy, type Rule } from './rule.js'

export const namespace: Rule = object =>
  textAt(object, 'status', 'phase') === 'Terminating'
    ? { state: 'terminating', message: 'is being deleted' }
    : healthy('exists')
