import type { KubeObject } from '../../kube/object.js'
import { conditionOf, explain, flagAt, numberAt } from './read.js'
import { complete, failed, fewerThan, type Health, progressing, type Rule, surplus } from './rule.js'

/**
 * All replicas are of the newest template, no older one is left, and all of them are ready and available. Replicas
 * of an older template never count: https://github.com/helm/helm/issues/12861. Where no replica is wanted or left,
 * conditions are not asked: https://github.com/garden-io/garden/issues/655
 *
 * A rollout that ran out of time has failed, though not for good: its controller still finishes it when it can.
 */
export const deployment: Rule = object => {
  const wanted = numberAt(object, 'spec', 'replicas') ?? 1
  const missing = countReplicas(object, wanted)
  if (wanted === 0 && !missing) return complete(0, 'replicas are available')
  const late = conditionOf(object, 'Progressing')
  if (late?.reason === 'ProgressDeadlineExceeded') return failed(explain('', late.reason, late.message))
  if (missing) return withCause(object, missing)
  return askConditions(object) ?? complete(wanted, 'replicas are available')
}

/** What is asked first explains most: there are no available replicas where there are none at all. */
function countReplicas(object: KubeObject, wanted: number): Health | undefined {
  const count = (name: string) => numberAt(object, 'status', name) ?? 0
  const [all, updated] = [count('replicas'), count('updatedReplicas')]
  const [available, ready] = [count('availableReplicas'), count('readyReplicas')]
  if (all < wanted) return fewerThan(all, wanted, 'replicas exist')
  if (updated < wanted) return fewerThan(updated, wanted, 'replicas are up to date')
  if (all > wanted) return surplus(all - wanted)
  if (available < wanted) return fewerThan(available, wanted, 'replicas are available')
  if (ready < wanted) return fewerThan(ready, wanted, 'replicas are ready')
  return undefined
}

/** What keeps the replicas from being made. Only said while some are missing: it may be about an older template. */
function withCause(object: KubeObject, missing: Health): Health {
  const failure = conditionOf(object, 'ReplicaFailure')
  const isPaused = flagAt(object, 'spec', 'paused') === true
  const cause = failure?.status === 'True' ? explain('ReplicaFailure', failure.reason, failure.message) : ''
  if (cause) return { ...missing, ...progressing(`${missing.message}: ${cause}`) }
  return isPaused ? { ...missing, ...progressing(`${missing.message}, its rollout is paused`) } : missing
}

/**
 * Conditions are written with the counts, so they rarely say more. Without a deadline, and while it is paused, the
 * controller does not say that the new replica set is available.
 */
function askConditions(object: KubeObject): Health | undefined {
  const [done, available] = [conditionOf(object, 'Progressing'), conditionOf(object, 'Available')]
  const deadline = numberAt(object, 'spec', 'progressDeadlineSeconds') ?? noDeadline
  const isTold = deadline !== noDeadline && flagAt(object, 'spec', 'paused') !== true
  if (isTold && !(done?.status === 'True' && done.reason === 'NewReplicaSetAvailable')) {
    return progressing(explain('the new replica set is not available', done?.reason, done?.message))
  }
  if (available?.status !== 'True') {
    return progressing(explain('is not available', available?.reason, available?.message))
  }
  return undefined
}

/** The largest 32-bit number means none: `HasProgressDeadline` in the controller's deployment_util.go. */
const noDeadline = 2 ** 31 - 1
