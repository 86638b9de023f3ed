import {
  type PodDefaults,
  type PodPlan,
  planPod,
} from '../../../../src/drivers/rehearsal/kubelet/plan-pod.js'
import type { Pod } from '../../../../src/drivers/rehearsal/kubelet/pod.js'

/** When the pods of these tests are started. */
export const start = Date.parse('2026-01-01T00:00:00Z')

export const defaults: PodDefaults = {
  since: start,
  delay: 0,
  podIP: '10.244.0.1',
  hostIP: '127.0.0.1',
}

export interface PodOptions {
  /** Without their prefix. */
  annotations?: Record<string, string>
  spec?: Partial<Pod['spec']>
  metadata?: Partial<Pod['metadata']>
  status?: Pod['status']
}

/** A pod `web-1` of one container `app`, bound to a node. */
export function podOf({ annotations = {}, spec, metadata, status }: PodOptions = {}): Pod {
  return {
    metadata: {
      name: 'web-1',
      namespace: 'shop',
      uid: 'u1',
      annotations: Object.fromEntries(
        Object.entries(annotations).map(([name, value]) => [`rehearsal.lok8s.dev/${name}`, value]),
      ),
      ...metadata,
    },
    spec: { nodeName: 'rehearsal-0', containers: [{ name: 'app', image: 'web:2' }], ...spec },
    ...(status && { status }),
  }
}

/** The plan for a pod so many milliseconds after it was started. */
export function planAt(pod: Pod, elapsed: number, more: Partial<PodDefaults> = {}): PodPlan {
  return planPod(pod, start + elapsed, { ...defaults, ...more })
}

/** The pod as it is after these moments, each plan carried out by a server that adds nothing. */
export function play(pod: Pod, ...moments: number[]): Pod {
  const played = { ...pod }
  for (const elapsed of moments) {
    const { status } = planAt(played, elapsed)
    if (status) played.status = status
  }
  return played
}

/** What `kubectl get pods` would show in few words: phase, readiness, and how the containers stand. */
export function showPod({ status, spec }: Pod): string {
  const show = ({
    state,
    restartCount,
    ready,
  }: NonNullable<NonNullable<typeof status>['containerStatuses']>[0]) => {
    const word = state.waiting?.reason ?? state.terminated?.reason ?? 'running'
    return `${word}${ready ? ' ready' : ''}${restartCount > 0 ? ` ${restartCount}` : ''}`
  }
  const ready = status?.conditions?.find(({ type }) => type === 'Ready')?.status
  const init = spec.initContainers ? ` [${status?.initContainerStatuses?.map(show).join(', ')}]` : ''
  return `${status?.phase} Ready=${ready}${init} ${status?.containerStatuses?.map(show).join(', ')}`
}
