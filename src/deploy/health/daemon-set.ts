import { numberAt, textAt } from './read.js'
import { complete, fewerThan, progressing, type Rule } from './rule.js'

/**
 * A pod on each node that should have one, all of the newest template, available and ready. No node at all is fine
 * as soon as the controller has looked; it always writes which generation that was. With `OnDelete` the newest
 * template is not waited for, since the pods are replaced when somebody deletes them.
 */
export const daemonSet: Rule = object => {
  const wanted = numberAt(object, 'status', 'desiredNumberScheduled')
  const isObserved = numberAt(object, 'status', 'observedGeneration') !== undefined
  if (!isObserved || wanted === undefined) return progressing('its controller has not seen it yet')
  const isOnDelete = textAt(object, 'spec', 'updateStrategy', 'type') === 'OnDelete'
  for (const [name, predicate] of steps) {
    const done = numberAt(object, 'status', name) ?? 0
    if (isOnDelete && name === 'updatedNumberScheduled') continue
    if (done < wanted) return fewerThan(done, wanted, predicate)
  }
  return complete(wanted, 'pods are available', 'no node needs a pod of it')
}

const steps = [
  ['currentNumberScheduled', 'nodes have a pod'],
  ['updatedNumberScheduled', 'pods are up to date'],
  ['numberAvailable', 'pods are available'],
  ['numberReady', 'pods are ready'],
] as const
