import type { KubeObject } from '../../kube/object.js'
import { type Fields, listAt, numberAt, textAt, timeAt } from './read.js'

/** A container of a pod: what is wanted of it beside what kubelet says about it. */
export interface Container {
  name: string
  image: string
  /** It has to end before the others start. A sidecar is none, though it stands among the init containers. */
  isInit: boolean
  isReady: boolean
  restarts: number
  /** Why it does not run; empty when it does, or has ended. */
  waiting: string
  waitingMessage: string
  /** Milliseconds since 1970; undefined when it does not run. */
  runningSince: number | undefined
  /** Its end, when it has not been started again. */
  ended: Termination | undefined
  /** The end of the run before. */
  endedBefore: Termination | undefined
  memoryLimit: string
}

export interface Termination {
  reason: string
  message: string
  exitCode: number
  signal: number
  /** Milliseconds since 1970. */
  time: number
}

/** Those that start first come first. */
export function containersOf(pod: KubeObject): Container[] {
  const specs = [...listAt(pod, 'spec', 'initContainers'), ...listAt(pod, 'spec', 'containers')]
  const specOf = new Map(specs.map(spec => [textAt(spec, 'name'), spec]))
  const read = (status: Fields, isInit: boolean) =>
    containerOf(status, specOf.get(textAt(status, 'name')) ?? {}, isInit)
  return [
    ...listAt(pod, 'status', 'initContainerStatuses').map(status => read(status, true)),
    ...listAt(pod, 'status', 'containerStatuses').map(status => read(status, false)),
  ].filter(container => container.name !== '')
}

function containerOf(status: Fields, spec: Fields, isListedAsInit: boolean): Container {
  const running = status['state'] && (status['state'] as Fields)['running']
  return {
    name: textAt(status, 'name'),
    image: textAt(spec, 'image') || textAt(status, 'image'),
    isInit: isListedAsInit && textAt(spec, 'restartPolicy') !== 'Always',
    isReady: status['ready'] === true,
    restarts: numberAt(status, 'restartCount'),
    waiting: textAt(status, 'state', 'waiting', 'reason'),
    waitingMessage: textAt(status, 'state', 'waiting', 'message'),
    runningSince: running ? (timeAt(running, 'startedAt') ?? 0) : undefined,
    ended: terminationOf(status, 'state'),
    endedBefore: terminationOf(status, 'lastState'),
    memoryLimit: textAt(spec, 'resources', 'limits', 'memory'),
  }
}

function terminationOf(status: Fields, state: 'state' | 'lastState'): Termination | undefined {
  const place = [state, 'terminated'] as const
  const reason = textAt(status, ...place, 'reason')
  const time = timeAt(status, ...place, 'finishedAt')
  const exitCode = numberAt(status, ...place, 'exitCode')
  if (!reason && time === undefined && exitCode === 0) return undefined
  const message = textAt(status, ...place, 'message')
  return { reason, message, exitCode, signal: numberAt(status, ...place, 'signal'), time: time ?? 0 }
}
