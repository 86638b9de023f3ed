import type { KubeObject } from '../../kube/object.js'
import { conditionOf, explain, listOf, textAt } from './read.js'
import { failed, type Health, healthy, progressing, type Rule, terminal } from './rule.js'

/**
 * Ready, or done for good. kstatus calls a pod that failed current; here it has failed, since its phase is final and
 * nobody who deploys a pod wants that. A pod that cannot be scheduled is waited for: nodes may join.
 */
export const pod: Rule = object => {
  const phase = textAt(object, 'status', 'phase') ?? ''
  switch (phase) {
    case 'Succeeded':
      return healthy('has completed')
    case 'Failed':
      return terminal(sayFailed(object))
    case 'Unknown':
      return { state: 'unknown', message: 'its node does not answer' }
    case 'Running':
    case 'Pending':
      return isReady(object) ? healthy('is ready') : (sayStuck(object) ?? progressing(sayWaiting(object)))
    default:
      return progressing('is not scheduled yet')
  }
}

const isReady = (object: KubeObject) =>
  textAt(object, 'status', 'phase') === 'Running' && conditionOf(object, 'Ready')?.status === 'True'

/**
 * Why a container waits that does not just start. A name that is no image name never becomes one. All else may heal:
 * a registry answers again, a Secret is created, a process no longer crashes because what it needs has come up.
 */
const stuckReasons = new Set([
  'CrashLoopBackOff',
  'CreateContainerConfigError',
  'CreateContainerError',
  'ErrImageNeverPull',
  'ImageInspectError',
  'ImagePullBackOff',
  'InvalidImageName',
  'RunContainerError',
])

function sayStuck(object: KubeObject): Health | undefined {
  const waiting = containersOf(object).map(one => ({
    name: textAt(one, 'name') ?? 'a container',
    reason: textAt(one, 'state', 'waiting', 'reason') ?? '',
    message: textAt(one, 'state', 'waiting', 'message'),
  }))
  const stuck =
    waiting.find(({ reason }) => reason === 'InvalidImageName') ??
    waiting.find(({ reason }) => stuckReasons.has(reason))
  if (!stuck) return undefined
  const message = `${stuck.name}: ${explain('', stuck.reason, stuck.message)}`
  return stuck.reason === 'InvalidImageName' ? terminal(message) : failed(message)
}

/** The condition says which containers are not ready, or what the scheduler misses. */
function sayWaiting(object: KubeObject): string {
  const scheduled = conditionOf(object, 'PodScheduled')
  if (scheduled?.status === 'False') return explain('is not scheduled', scheduled.reason, scheduled.message)
  const ended = containersOf(object).find(one => failureOf(one))
  if (ended) return sayEnded(ended)
  const ready = conditionOf(object, 'Ready')
  const isRunning = textAt(object, 'status', 'phase') === 'Running'
  return explain(isRunning ? 'is running, not ready' : 'is starting', ready?.reason, ready?.message)
}

function sayFailed(object: KubeObject): string {
  const ended = containersOf(object).find(one => failureOf(one))
  const said = explain('', textAt(object, 'status', 'reason'), textAt(object, 'status', 'message'))
  return said || (ended ? sayEnded(ended) : 'has failed')
}

const failureOf = (container: unknown) => {
  const reason = textAt(container, 'state', 'terminated', 'reason')
  return reason === 'Completed' ? undefined : reason
}

const sayEnded = (container: unknown) =>
  `${textAt(container, 'name') ?? 'a container'} ended: ${explain(
    '',
    failureOf(container),
    textAt(container, 'state', 'terminated', 'message'),
  )}`

/** In the order in which they start. */
const containersOf = (object: KubeObject) => [
  ...listOf(object, 'status', 'initContainerStatuses'),
  ...listOf(object, 'status', 'containerStatuses'),
]
