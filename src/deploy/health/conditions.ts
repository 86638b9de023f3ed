import { type Condition, conditionOf, explain, numberAt } from './read.js'
import { failed, healthy, progressing, type Rule } from './rule.js'

/**
 * The rule for every kind without one of its own, custom resources above all: the conditions that kstatus asks
 * controllers for, then the `Ready` that most of them write. A condition that speaks of an older generation says
 * nothing about this one. Nothing said is healthy.
 *
 * `Stalled` is not final: its controller goes on as soon as something else changes.
 */
export const conditions: Rule = object => {
  const generation = numberAt(object, 'metadata', 'generation') ?? 0
  const [stalled, reconciling, ready] = ['Stalled', 'Reconciling', 'Ready'].map(type =>
    conditionOf(object, type),
  )
  if (stalled?.status === 'True' && !isOld(stalled, generation)) return failed(say('is stalled', stalled))
  if (reconciling?.status === 'True') return progressing(say('is being reconciled', reconciling))
  if (ready === undefined) return healthy('exists')
  if (isOld(ready, generation)) {
    return progressing(`observed generation ${ready.observedGeneration}, waiting for ${generation}`)
  }
  return ready.status === 'True' ? healthy('is ready') : progressing(say('is not ready', ready))
}

const isOld = ({ observedGeneration = Infinity }: Condition, generation: number) =>
  observedGeneration < generation

const say = (fallback: string, { reason, message }: Condition) => explain(fallback, reason, message)
