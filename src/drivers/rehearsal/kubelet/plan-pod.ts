import { type Course, courseOf, invalidImage } from './course.js'
import { isCovered } from './is-covered.js'
import { isFinished, isSidecar, type Pod, type PodStatus } from './pod.js'
import { formatStatus, type Place } from './pod-status.js'
import { parseRehearsal, prefix, type Rehearsal } from './rehearsal.js'
import { planUnscheduled } from './unscheduled.js'

export interface PodEvent {
  type: 'Normal' | 'Warning'
  reason: string
  message: string
  /** The container it is about. */
  container?: { name: string; isInit: boolean }
  /** Who tells it; the kubelet without it. */
  component?: string
}

export interface PodDefaults extends Omit<Place, 'now'> {
  /** Milliseconds until containers are ready when no annotation says so. */
  delay: number
  /** Whether the node that the pod is bound to is no more. */
  isOrphan?: boolean
}

/** What is to be done about a pod now. Nothing at all when it has no status, no events and is not to be removed. */
export interface PodPlan {
  /** For a strategic merge patch. */
  status?: PodStatus
  /** To be told once each. */
  events: PodEvent[]
  /** The pod's containers have stopped: it is to be deleted without a grace period, before or after which is no more. */
  remove?: true
  /** Milliseconds until the pod should be looked at again, though nothing may have happened. */
  again?: number
}

/** Decides what the kubelet does about a pod that is bound to one of its nodes. `now` is milliseconds since the epoch. */
export function planPod(pod: Pod, now: number, defaults: PodDefaults): PodPlan {
  const { deletionTimestamp, deletionGracePeriodSeconds } = pod.metadata
  if (defaults.isOrphan || deletionTimestamp !== undefined)
    return deletionGracePeriodSeconds === 0 ? { events: [] } : planEnd(pod, now, defaults)
  if (isFinished(pod)) return { events: [] }
  const rehearsal = parseRehearsal(pod.metadata.annotations ?? {}, defaults.delay)
  if (rehearsal.unschedulable !== undefined) return planUnscheduled(pod, rehearsal.unschedulable, now)
  const course = courseOf(pod.spec, rehearsal, Math.max(0, now - defaults.since))
  const status = formatStatus(pod, course, { ...defaults, now })
  const again = course.next === undefined ? {} : { again: course.next }
  if (isCovered(status, pod.status)) return { events: [], ...again }
  return { status, events: [...listEvents(pod, rehearsal, course)], ...again }
}

/** Who waits for the end of a pod with a finalizer reads from its phase that the containers have stopped. */
function planEnd(pod: Pod, now: number, defaults: PodDefaults): PodPlan {
  if (isFinished(pod) || !pod.metadata.finalizers?.length) return { events: [], remove: true }
  const to = Math.max(0, now - defaults.since)
  const killed = () =>
    ({ is: 'ended', restarts: 0, exit: { exitCode: 137, reason: 'Error', from: 0, to } }) as const
  const course = { init: (pod.spec.initContainers ?? []).map(killed), main: pod.spec.containers.map(killed) }
  const status = { ...formatStatus(pod, course, { ...defaults, now }), phase: 'Failed' }
  return { status, events: [], remove: true }
}

function* listEvents(pod: Pod, rehearsal: Rehearsal, { init, main }: Course): Generator<PodEvent> {
  const [container] = pod.spec.containers
  const about = { name: container!.name, isInit: false }
  for (const message of rehearsal.problems) yield { type: 'Warning', reason: 'InvalidRehearsal', message }
  const initIndex = (pod.spec.initContainers ?? []).findIndex(one => !isSidecar(one))
  if (rehearsal.initFault && initIndex < 0)
    yield {
      type: 'Warning',
      reason: 'InvalidRehearsal',
      message: `${prefix}init-crash-loop: the pod has no init container`,
    }
  const initContainer = pod.spec.initContainers?.[initIndex]
  if (initContainer && isBackingOff(init[initIndex]))
    yield backOff(pod, { name: initContainer.name, isInit: true })
  if (isBackingOff(main[0])) yield backOff(pod, about)
  yield* blockEvents(container!.image ?? '', rehearsal, main[0], about)
  if (rehearsal.readyAfter === undefined && main[0]?.is === 'running')
    yield {
      type: 'Warning',
      reason: 'Unhealthy',
      message: `Readiness probe failed: ${prefix}never-ready is set`,
      container: about,
    }
}

type About = NonNullable<PodEvent['container']>
type MainStand = Course['main'][number] | undefined

const isBackingOff = (stand: MainStand) => stand?.is === 'waiting' && stand.reason === 'CrashLoopBackOff'

function backOff({ metadata: { name, namespace, uid } }: Pod, container: About): PodEvent {
  const message = `Back-off restarting failed container ${container.name} in pod ${name}_${namespace}(${uid})`
  return { type: 'Warning', reason: 'BackOff', message, container }
}

function* blockEvents(
  image: string,
  { block }: Rehearsal,
  stand: MainStand,
  container: About,
): Generator<PodEvent> {
  if (!block || stand?.is !== 'waiting') return
  const warn = (reason: string, message: string): PodEvent => ({
    type: 'Warning',
    reason,
    message,
    container,
  })
  if (stand.reason === 'ErrImagePull') {
    yield warn('Failed', `Failed to pull image "${image}": ${block.message}`)
    yield warn('Failed', 'Error: ErrImagePull')
  }
  if (stand.reason === 'ImagePullBackOff') {
    yield { type: 'Normal', reason: 'BackOff', message: `Back-off pulling image "${image}"`, container }
    yield warn('Failed', 'Error: ImagePullBackOff')
  }
  if (stand.reason === 'InvalidImageName') yield warn('InspectFailed', invalidImage(image))
  if (stand.reason === 'CreateContainerConfigError') yield warn('Failed', `Error: ${block.message}`)
}
