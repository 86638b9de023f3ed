import type { Course, Exit, Stand } from './course.js'
import {
  type Container,
  type ContainerState,
  type ContainerStatus,
  formatTime,
  isSidecar,
  type Pod,
  type PodCondition,
  type PodStatus,
} from './pod.js'

/** What a status says that is not in the spec. Times are milliseconds since the epoch. */
export interface Place {
  now: number
  /** When the pod was started. */
  since: number
  podIP: string
  hostIP: string
}

/**
 * The status of a pod whose containers stand like this. What has not changed keeps the times it had. A field that is
 * `null` is to be taken away.
 */
export function formatStatus(pod: Pod, course: Course, place: Place): PodStatus {
  const { status = {}, spec } = pod
  const phase = phaseOf(pod, course)
  const format = (containers: Container[], stands: Stand[], old: ContainerStatus[] = [], isInit = false) =>
    containers.map((container, index) =>
      formatContainer(
        pod,
        container,
        stands[index]!,
        old.find(({ name }) => name === container.name),
        isInit,
        place,
      ),
    )
  const init = spec.initContainers ?? []
  return {
    phase,
    startTime: status.startTime ?? formatTime(place.since),
    hostIP: place.hostIP,
    podIP: place.podIP,
    podIPs: [{ ip: place.podIP }],
    conditions: formatConditions(pod, phase, course, place.now),
    ...(init.length > 0 && {
      initContainerStatuses: format(init, course.init, status.initContainerStatuses, true),
    }),
    containerStatuses: format(spec.containers, course.main, status.containerStatuses),
  }
}

const isDone = (stand: Stand) => stand.is === 'ended' && stand.exit.exitCode === 0
const isUp = (container: Container, stand: Stand) =>
  isSidecar(container) ? stand.is !== 'waiting' : isDone(stand)

/** The rules of the kubelet, as far as a rehearsal goes. */
function phaseOf({ spec }: Pod, { init, main }: Course): string {
  const policy = spec.restartPolicy ?? 'Always'
  const open = (spec.initContainers ?? []).findIndex((container, index) => !isUp(container, init[index]!))
  if (open >= 0) return policy === 'Never' && init[open]!.is === 'ended' ? 'Failed' : 'Pending'
  if (main.some(stand => stand.is === 'waiting' && !stand.last)) return 'Pending'
  if (policy === 'Always' || main.some(stand => stand.is !== 'ended')) return 'Running'
  if (main.every(isDone)) return 'Succeeded'
  return policy === 'Never' ? 'Failed' : 'Running'
}

function formatConditions(pod: Pod, phase: string, { init, main }: Course, now: number): PodCondition[] {
  const { spec, status } = pod
  const old = new Map((status?.conditions ?? []).map(condition => [condition.type, condition]))
  const put = (type: string, reason?: string, message?: string, isTrue = reason === undefined) => {
    const word = isTrue ? 'True' : 'False'
    const before = old.get(type)
    const lastTransitionTime =
      before?.status === word && before.lastTransitionTime ? before.lastTransitionTime : formatTime(now)
    return { type, status: word, reason: reason ?? null, message: message ?? null, lastTransitionTime }
  }
  const namesOf = (containers: Container[]) => `[${containers.map(({ name }) => name).join(' ')}]`
  const open = (spec.initContainers ?? []).filter((container, index) => !isUp(container, init[index]!))
  const unready = spec.containers.filter((_container, index) => !isReady(main[index]!))
  const gates = (spec.readinessGates ?? []).filter(gate => old.get(gate.conditionType)?.status !== 'True')
  const scheduled = put('PodScheduled')
  const over = ({ Succeeded: 'PodCompleted', Failed: 'PodFailed' } as Record<string, string>)[phase]
  const initialized =
    open.length > 0
      ? put('Initialized', 'ContainersNotInitialized', `containers with incomplete status: ${namesOf(open)}`)
      : put('Initialized', over, undefined, true)
  if (over) return [initialized, put('Ready', over), put('ContainersReady', over), scheduled]
  if (unready.length > 0) {
    const why = ['ContainersNotReady', `containers with unready status: ${namesOf(unready)}`] as const
    return [initialized, put('Ready', ...why), put('ContainersReady', ...why), scheduled]
  }
  const ready =
    gates.length > 0 ? put('Ready', 'ReadinessGatesNotReady', gateMessage(gates, old)) : put('Ready')
  return [initialized, ready, put('ContainersReady'), scheduled]
}

function gateMessage(gates: { conditionType: string }[], old: Map<string, PodCondition>): string {
  return gates
    .map(({ conditionType: type }) =>
      old.has(type)
        ? `the status of pod readiness gate "${type}" is not "True", but ${old.get(type)!.status}`
        : `corresponding condition of pod readiness gate "${type}" does not exist.`,
    )
    .join(', ')
}

const isReady = (stand: Stand) => stand.is === 'running' && stand.isReady

function formatContainer(
  { metadata }: Pod,
  container: Container,
  stand: Stand,
  old: ContainerStatus | undefined,
  isInit: boolean,
  { since }: Place,
): ContainerStatus {
  const image = container.image ?? ''
  const hasRun = stand.is !== 'waiting' || stand.last !== undefined
  const idOf = (run: number) => `rehearsal://${metadata.uid}/${container.name}/${run}`
  const state = formatState(stand, since, idOf(stand.restarts), sayWhere(container, metadata))
  const lastRun = stand.is === 'waiting' ? stand.restarts : stand.restarts - 1
  const lastState = stand.last ? { terminated: formatExit(stand.last, since, idOf(lastRun)) } : {}
  const isSame = old && old.restartCount === stand.restarts && wordOf(old.state) === wordOf(state)
  return {
    name: container.name,
    image,
    imageID: hasRun ? `rehearsal://${image}` : '',
    ...(hasRun && { containerID: idOf(stand.restarts) }),
    ready: isInit && !isSidecar(container) ? isDone(stand) : isReady(stand),
    started: stand.is === 'running',
    restartCount: stand.restarts,
    // The clock of another run of this kubelet may have been some milliseconds off.
    state: isSame ? old.state : state,
    lastState: isSame ? old.lastState : lastState,
  }
}

function formatState(stand: Stand, since: number, containerID: string, where: string): ContainerState {
  if (stand.is === 'running') return { running: { startedAt: formatTime(since + stand.from) } }
  if (stand.is === 'ended') return { terminated: formatExit(stand.exit, since, containerID) }
  const { reason, message } = stand
  if (message === undefined) return { waiting: { reason } }
  return { waiting: { reason, message: reason === 'CrashLoopBackOff' ? message + where : message } }
}

/** The kubelet's own way to say which container it means. */
function sayWhere(container: Container, { name, namespace, uid }: Pod['metadata']): string {
  return `=${container.name} pod=${name}_${namespace}(${uid})`
}

function formatExit(exit: Exit, since: number, containerID: string) {
  const { exitCode, reason, from, to } = exit
  return {
    exitCode,
    reason,
    startedAt: formatTime(since + from),
    finishedAt: formatTime(since + to),
    containerID,
  }
}

/** A state without its times. */
function wordOf({ waiting, running, terminated }: ContainerState): string {
  if (running) return 'running'
  if (terminated) return `terminated ${terminated.reason} ${terminated.exitCode}`
  return `waiting ${waiting?.reason} ${waiting?.message}`
}
