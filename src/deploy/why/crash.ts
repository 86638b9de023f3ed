import type { KubeObject } from '../../kube/object.js'
import type { Finding } from './cause.js'
import type { Container, Termination } from './container.js'
import { ageOf, crashesAllowed, grace, isOlderThanDeploy } from './grace.js'
import { clean } from './message.js'
import { listAt, textAt } from './read.js'
import { safeIdOf, uidOf, type World } from './world.js'

/**
 * A container that ends and should not have. It is the same trouble while it waits, runs once more and ends again, so
 * it is grouped as one; what ran is part of that, as one exit code means nothing across programs.
 */
export function explainCrash(pod: KubeObject, container: Container, world: World): Finding | undefined {
  const end = crashOf(pod, container, world)
  if (!end && container.waiting !== 'CrashLoopBackOff') return undefined
  return {
    reason: container.waiting || container.restarts > 0 ? 'CrashLoopBackOff' : end?.reason || 'Error',
    message: clean(messageOf(pod, container, end, world)),
    object: safeIdOf(pod),
    subject: pod,
    isTerminal: isLoop(pod, container, world),
    logOf: hasRun(end) ? logOf(pod, container, container.ended === undefined) : undefined,
    hint: hintOf(container, end),
    group: `crash of ${container.image}`,
  }
}

export function logOf(pod: KubeObject, { name }: Container, previous: boolean) {
  const { namespace = '', name: podName } = safeIdOf(pod)
  return { namespace, pod: podName, container: clean(name), previous }
}

function crashOf(pod: KubeObject, container: Container, world: World): Termination | undefined {
  if (container.waiting === 'CrashLoopBackOff') return container.endedBefore ?? container.ended
  if (container.ended) return isFailure(pod, container, container.ended) ? container.ended : undefined
  const { runningSince, isReady, isInit, endedBefore } = container
  if (runningSince === undefined || (isReady && !isInit) || !endedBefore) return undefined
  if (!isFailure(pod, container, endedBefore)) return undefined
  // It runs again. What a probe says about this run is newer than the crash of the last one.
  const isProbed = eventsOf(pod, container, world).some(
    ({ reason, time }) => reason === 'Unhealthy' && time >= runningSince,
  )
  return isProbed ? undefined : endedBefore
}

/** Ending well is a failure too where it should go on for ever. */
function isFailure(pod: KubeObject, { isInit }: Container, { exitCode, reason }: Termination): boolean {
  const mayEnd = isInit || ['Never', 'OnFailure'].includes(textAt(pod, 'spec', 'restartPolicy'))
  return exitCode !== 0 || (reason !== 'Completed' && reason !== '') || !mayEnd
}

function messageOf(
  pod: KubeObject,
  container: Container,
  end: Termination | undefined,
  world: World,
): string {
  const name = `${container.isInit ? 'init container' : 'container'} ${container.name}`
  if (!end) return `${name} ends again and again`
  if (end.reason === 'OOMKilled') {
    const limit = container.memoryLimit && ` of ${container.memoryLimit}`
    return `${name} was OOMKilled: it needs more memory than its limit${limit} (exit code ${end.exitCode})`
  }
  if (!hasRun(end)) return `${name} cannot start: ${startMessage(end.message)}`
  const probe = killingProbe(pod, container, world)
  if (probe) return `${name} was restarted: ${probe}`
  return `${name} ${exitOf(end)}`
}

/** Of the program there is nothing to read then: the runtime could not start it. */
function hasRun(end: Termination | undefined): boolean {
  return end?.reason !== 'StartError' && end?.reason !== 'ContainerCannotRun'
}

function startMessage(message: string): string {
  return (
    clean(message)
      .replace(/^.*(?:OCI runtime create failed|unable to start container process): /, '')
      .replace(/: unknown$/, '') || 'the runtime does not say why'
  )
}

function exitOf({ exitCode, signal }: Termination): string {
  if (exitCode === 0 && signal === 0) return 'ends with exit code 0, but should go on running'
  const number = signal || (exitCode > 128 && exitCode < 160 ? exitCode - 128 : 0)
  const name = signals[number] ?? (number > 0 ? `signal ${number}` : '')
  return `fails with exit code ${exitCode}${name && ` (${name})`}`
}

const signals: Record<number, string> = { 6: 'SIGABRT', 9: 'SIGKILL', 11: 'SIGSEGV', 15: 'SIGTERM' }

/** A killed container has an exit code like any other; only the event about the killing tells that a probe did it. */
function killingProbe(pod: KubeObject, container: Container, world: World): string | undefined {
  const events = eventsOf(pod, container, world)
  const killing = events.find(({ reason }) => reason === 'Killing')?.message ?? ''
  const kind = /failed (liveness|startup) probe/.exec(killing)?.[1]
  if (!kind) return undefined
  const probe = new RegExp(`^${kind} probe failed: `, 'i')
  const said = events.find(({ reason, message }) => reason === 'Unhealthy' && probe.test(message))?.message
  return `its ${said ? said.replace(/^\w/, first => first.toLowerCase()) : `${kind} probe failed`}`
}

function eventsOf(pod: KubeObject, { name }: Container, world: World) {
  const events = world.eventsOf({ id: safeIdOf(pod), uid: uidOf(pod) })
  return events.filter(({ container }) => container === name)
}

/**
 * Only a loop, and only one that this deploy has had a chance to end: an old pod has to crash once more. A Job counts
 * its failures itself and says in a condition when they are too many.
 */
function isLoop(pod: KubeObject, container: Container, world: World): boolean {
  if (container.waiting !== 'CrashLoopBackOff' || container.restarts < crashesAllowed) return false
  if (listAt(pod, 'metadata', 'ownerReferences').some(owner => textAt(owner, 'kind') === 'Job')) return false
  const last = (container.endedBefore ?? container.ended)?.time ?? 0
  if (isOlderThanDeploy(pod, world) && last < world.since) return false
  return ageOf(pod, world) > grace.crash
}

function hintOf({ name }: Container, end: Termination | undefined): string | undefined {
  if (end?.reason === 'OOMKilled') return `raise resources.limits.memory of the container ${clean(name)}`
  if (end?.exitCode === 126 || end?.exitCode === 127)
    return 'check the command: 126 and 127 mean that it cannot be run'
  return undefined
}
