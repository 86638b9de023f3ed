import { conditionOf, explain, numberAt } from './read.js'
import { complete, fewerThan, progressing, type Rule, surplus } from './rule.js'

/**
 * As many pods as wanted have the labels of the template, are available and ready, and none is left over. Pods that
 * cannot be made may still be made later, once a quota or a webhook lets them through. Replication controllers write
 * the same status.
 */
export const replicaSet: Rule = object => {
  const failure = conditionOf(object, 'ReplicaFailure')
  if (failure?.status === 'True') {
    return progressing(explain('its pods cannot be made', failure.reason, failure.message))
  }
  const wanted = numberAt(object, 'spec', 'replicas') ?? 1
  for (const [name, predicate] of steps) {
    const done = numberAt(object, 'status', name) ?? 0
    if (done < wanted) return fewerThan(done, wanted, predicate)
  }
  const all = numberAt(object, 'status', 'replicas') ?? 0
  if (all > wanted) return surplus(all - wanted)
  return complete(wanted, 'replicas are available')
}

const steps = [
  ['fullyLabeledReplicas', 'replicas have the labels of the template'],
  ['availableReplicas', 'replicas are available'],
  ['readyReplicas', 'replicas are ready'],
] as const
