import { explain, textAt } from './read.js'
import { failed, healthy, progressing, type Rule } from './rule.js'

/** Any phase but `Pending` and `Failed` is a volume that is there, whether or not it is claimed. */
export const persistentVolume: Rule = object => {
  const phase = textAt(object, 'status', 'phase') ?? ''
  const said = explain('', textAt(object, 'status', 'reason'), textAt(object, 'status', 'message'))
  if (phase === 'Failed') return failed(explain('', 'could not be reclaimed', said))
  if (phase === 'Pending') return progressing(explain('', 'is not available yet', said))
  return healthy(phase ? `is ${phase.toLowerCase()}` : 'exists')
}
