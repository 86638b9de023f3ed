import { createHash } from 'node:crypto'
import type { PodEvent } from './plan-pod.js'
import { formatTime, type Pod } from './pod.js'

/**
 * The name of an event: the same for the same event of the same pod, so that none is told twice, not even by a kubelet
 * that has been started again.
 */
export function nameOfEvent({ metadata: { name, uid } }: Pod, { reason, message }: PodEvent): string {
  const hash = createHash('sha256').update(`${uid}\n${reason}\n${message}`).digest('hex').slice(0, 16)
  return `${name}.${hash}`
}

/** An Event as kubelets write it. `now` is milliseconds since the epoch. */
export function formatEvent(pod: Pod, event: PodEvent, now: number): Record<string, unknown> {
  const { type, reason, message, container, component } = event
  const { name, namespace, uid, resourceVersion } = pod.metadata
  const field = container?.isInit ? 'initContainers' : 'containers'
  const fieldPath = container && `spec.${field}{${container.name}}`
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: nameOfEvent(pod, event), namespace },
    involvedObject: { apiVersion: 'v1', kind: 'Pod', name, namespace, uid, resourceVersion, fieldPath },
    type,
    reason,
    message,
    source: component ? { component } : { component: 'kubelet', host: pod.spec.nodeName },
    firstTimestamp: formatTime(now),
    lastTimestamp: formatTime(now),
    count: 1,
  }
}
