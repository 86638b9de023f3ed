import { isSidecar, type PodSpec, type RestartPolicy } from './pod.js'
import type { Block, Fault, Rehearsal } from './rehearsal.js'

/** One run of a container that has ended. Times are milliseconds since the pod was started. */
export interface Exit {
  exitCode: number
  reason: string
  from: number
  to: number
}

/** How a container stands at some moment. */
export type Stand = { restarts: number; last?: Exit } & (
  | { is: 'waiting'; reason: string; message?: string }
  | { is: 'running'; from: number; isReady: boolean }
  | { is: 'ended'; exit: Exit }
)

/** How all containers of a pod stand, in the order of its spec. */
export interface Course {
  init: Stand[]
  main: Stand[]
  /** Milliseconds until something changes by itself; undefined when nothing will. */
  next?: number
}

/**
 * What has become of a pod, so many milliseconds after it was started. Every moment follows from the spec, the
 * rehearsal and the time alone: so a kubelet that was stopped meanwhile goes on where the pod should be by now.
 */
export function courseOf(spec: PodSpec, rehearsal: Rehearsal, elapsed: number): Course {
  const restartPolicy = spec.restartPolicy ?? 'Always'
  const start = startOf(spec, rehearsal, restartPolicy, elapsed)
  if (start.stand) return heldUp(spec, start.stand, start.next)
  const main = spec.containers.map((_container, index) =>
    index === 0 && rehearsal.block
      ? blocked(rehearsal.block, spec.containers[0]!.image ?? '', elapsed - start.from)
      : runOf(index === 0 ? rehearsal.fault : undefined, rehearsal, restartPolicy, start.from, elapsed),
  )
  const stands = main.map(({ stand }) => stand)
  const isOver = restartPolicy !== 'Always' && stands.every(stand => stand.is === 'ended')
  const init = (spec.initContainers ?? []).map((container, index) =>
    isSidecar(container) ? sidecar(isOver, elapsed) : index === start.index ? start.done! : completed,
  )
  return { init, main: stands, ...soonest(main) }
}

const waitsForInit = { is: 'waiting', reason: 'PodInitializing', restarts: 0 } as const satisfies Stand
const completed: Stand = {
  is: 'ended',
  restarts: 0,
  exit: { exitCode: 0, reason: 'Completed', from: 0, to: 0 },
}

/** When the main containers start, or how the init container stands that keeps them from it. */
interface Start {
  from: number
  /** The init container that crashes, or has crashed. */
  index?: number
  stand?: Stand & { index: number }
  done?: Stand
  next?: number | undefined
}

function startOf(
  spec: PodSpec,
  { initFault, crashTimes }: Rehearsal,
  restartPolicy: RestartPolicy,
  elapsed: number,
): Start {
  const index = (spec.initContainers ?? []).findIndex(container => !isSidecar(container))
  if (!initFault || index < 0) return { from: 0 }
  const { stand, next, from, ...rest } = crash(initFault, crashTimes, restartPolicy, 0, elapsed)
  if (stand) return { from: elapsed, index, stand: { ...stand, index }, next }
  const exit: Exit = { exitCode: 0, reason: 'Completed', from, to: from }
  return { from, index, done: { is: 'ended', exit, ...rest } }
}

/** The pod whose init container crashes: those before it are done, all others wait. */
function heldUp(spec: PodSpec, { index: at, ...stand }: Stand & { index: number }, next?: number): Course {
  return {
    init: spec.initContainers!.map((container, index) => {
      if (index > at) return waitsForInit
      return index === at ? stand : isSidecar(container) ? sidecar(false, 0) : completed
    }),
    main: spec.containers.map(() => waitsForInit),
    ...(next !== undefined && { next }),
  }
}

function sidecar(isOver: boolean, elapsed: number): Stand {
  return isOver
    ? { is: 'ended', restarts: 0, exit: { exitCode: 0, reason: 'Completed', from: 0, to: elapsed } }
    : { is: 'running', from: 0, isReady: true, restarts: 0 }
}

interface Moment {
  stand: Stand
  next?: number | undefined
}

function soonest(moments: Moment[]): { next?: number } {
  const all = moments.map(({ next }) => next).filter(next => next !== undefined)
  return all.length > 0 ? { next: Math.min(...all) } : {}
}

/** How long the reason is shown before kubelets say that they wait. */
const firstTry = 1000

function blocked({ kind, message }: Block, image: string, elapsed: number): Moment {
  const waiting = (reason: string, message: string): Stand => ({
    is: 'waiting',
    reason,
    message,
    restarts: 0,
  })
  if (kind === 'config-error') return { stand: waiting('CreateContainerConfigError', message) }
  if (kind === 'invalid-image') return { stand: waiting('InvalidImageName', invalidImage(image)) }
  if (elapsed < firstTry) return { stand: waiting('ErrImagePull', message), next: firstTry - elapsed }
  return { stand: waiting('ImagePullBackOff', `Back-off pulling image "${image}": ${message}`) }
}

export function invalidImage(image: string): string {
  return `Failed to apply default image tag "${image}": couldn't parse image name "${image}": invalid reference format`
}

/** A container that crashes as often as its fault says, and then does what it should. */
function runOf(
  fault: Fault | undefined,
  { crashTimes, readyAfter }: Rehearsal,
  restartPolicy: RestartPolicy,
  start: number,
  elapsed: number,
): Moment {
  const crashed = fault
    ? crash(fault, crashTimes, restartPolicy, start, elapsed)
    : { from: start, restarts: 0 }
  const { stand, next, from, ...rest } = crashed
  if (stand) return { stand, next }
  const running = { is: 'running', from, ...rest } as const
  if (readyAfter === undefined) return { stand: { ...running, isReady: false } }
  const left = from + readyAfter - elapsed
  const isOneShot = restartPolicy !== 'Always'
  if (left > 0) return { stand: { ...running, isReady: isOneShot }, next: left }
  if (!isOneShot) return { stand: { ...running, isReady: true } }
  const exit: Exit = { exitCode: 0, reason: 'Completed', from, to: from + readyAfter }
  return { stand: { is: 'ended', exit, ...rest } }
}

/** How long a run lasts that ends in a crash. */
const crashAfter = 300
/** How long the crash is shown before the first restart. */
const firstPause = 500
/** The pause before later restarts, which doubles each time. A kubelet begins with ten seconds. */
const shortestPause = 1000
const longestPause = 300_000

/** Where crashes have led to: how the container stands, or when the run began that goes well. */
interface Crashed {
  from: number
  restarts: number
  last?: Exit
  stand?: Stand
  next?: number
}

function crash(
  { exitCode, reason }: Fault,
  times: number,
  restartPolicy: RestartPolicy,
  start: number,
  elapsed: number,
): Crashed {
  let from = start
  let last: Exit | undefined
  for (let restarts = 0; ; restarts++) {
    const rest = { restarts, ...(last && { last }) }
    if (restarts >= times) return { from, ...rest }
    const to = from + crashAfter
    if (elapsed < to)
      return { from, ...rest, stand: { is: 'running', from, isReady: false, ...rest }, next: to - elapsed }
    const exit: Exit = { exitCode, reason, from, to }
    if (restartPolicy === 'Never') return { from, ...rest, stand: { is: 'ended', exit, ...rest } }
    const pause = restarts === 0 ? firstPause : Math.min(shortestPause * 2 ** (restarts - 1), longestPause)
    const next = to + pause - elapsed
    if (next > 0)
      return restarts === 0
        ? { from, ...rest, stand: { is: 'ended', exit, ...rest }, next }
        : { from, ...rest, stand: backOff(pause, restarts, exit), next }
    from = to + pause
    last = exit
  }
}

function backOff(pause: number, restarts: number, last: Exit): Stand {
  return {
    is: 'waiting',
    reason: 'CrashLoopBackOff',
    message: `back-off ${pause / 1000}s restarting failed container`,
    restarts,
    last,
  }
}
