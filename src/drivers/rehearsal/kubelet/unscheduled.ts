import { isCovered } from './is-covered.js'
import type { PodEvent, PodPlan } from './plan-pod.js'
import { formatTime, type Pod, type PodStatus } from './pod.js'

/**
 * A pod as the scheduler leaves one that fits no node. The real scheduler has given it a node, since it knows nothing of
 * rehearsals; all that people and programs read says otherwise.
 */
export function planUnscheduled(pod: Pod, message: string, now: number): PodPlan {
  const before = pod.status?.conditions?.find(({ type }) => type === 'PodScheduled')
  const isOld = before?.status === 'False' && before.lastTransitionTime
  const status: PodStatus = {
    phase: 'Pending',
    conditions: [
      {
        type: 'PodScheduled',
        status: 'False',
        reason: 'Unschedulable',
        message,
        lastTransitionTime: isOld ? before.lastTransitionTime! : formatTime(now),
      },
    ],
  }
  if (isCovered(status, pod.status)) return { events: [] }
  const event: PodEvent = {
    type: 'Warning',
    reason: 'FailedScheduling',
    message,
    component: 'default-scheduler',
  }
  return { status, events: [event] }
}
