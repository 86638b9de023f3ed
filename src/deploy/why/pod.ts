import type { KubeObject } from '../../kube/object.js'
import type { Finding } from './cause.js'
import { explainConfig } from './config.js'
import { type Container, containersOf } from './container.js'
import { explainCrash } from './crash.js'
import { explainImage } from './image.js'
import { clean } from './message.js'
import { explainUnready } from './probe.js'
import { listAt, textAt } from './read.js'
import { explainUnscheduled } from './schedule.js'
import { explainStart } from './start.js'
import { explainDeletedPod } from './terminating.js'
import { safeIdOf, type World } from './world.js'

/** The first reason that applies, the most specific first; undefined for a pod that is well, or on its way. */
export function explainPod(pod: KubeObject, world: World): Finding | undefined {
  const phase = textAt(pod, 'status', 'phase')
  if (textAt(pod, 'metadata', 'deletionTimestamp')) return explainDeletedPod(pod, world)
  if (phase === 'Succeeded') return undefined
  if (phase === 'Failed') return explainEnd(pod) ?? explainContainers(pod, world) ?? explainFailure(pod)
  if (isReady(pod)) return undefined
  return (
    explainContainers(pod, world) ??
    explainUnscheduled(pod, world) ??
    explainStart(pod, world) ??
    explainUnready(pod, world)
  )
}

/** Pods that are over belong to the past, unless nothing came after them. */
export function isOver(pod: KubeObject): boolean {
  return textAt(pod, 'status', 'phase') === 'Failed'
}

function isReady(pod: KubeObject): boolean {
  const conditions = listAt(pod, 'status', 'conditions')
  return conditions.some(({ type, status }) => type === 'Ready' && status === 'True')
}

function explainContainers(pod: KubeObject, world: World): Finding | undefined {
  const rules: ((pod: KubeObject, container: Container, world: World) => Finding | undefined)[] = [
    explainImage,
    explainConfig,
    explainCrash,
  ]
  for (const container of containersOf(pod)) {
    for (const rule of rules) {
      const finding = rule(pod, container, world)
      if (finding) return finding
    }
  }
  return undefined
}

/**
 * Ended from outside: evicted, preempted, refused by the node. The numbers behind the first sentence differ from pod
 * to pod. https://kubernetes.io/docs/concepts/scheduling-eviction/node-pressure-eviction/
 */
function explainEnd(pod: KubeObject): Finding | undefined {
  const reason = clean(textAt(pod, 'status', 'reason'))
  if (!reason) return undefined
  const message = clean(textAt(pod, 'status', 'message')).split(/\. (?=[A-Z])/, 1)[0] ?? ''
  const said = message.replace(/\.$/, '').replace(/^Pod was rejected: /, '')
  return { reason, message: said || 'the pod was ended by its node', object: safeIdOf(pod), subject: pod }
}

function explainFailure(pod: KubeObject): Finding {
  const message = 'the pod failed; its containers do not say why'
  return { reason: 'Failed', message, object: safeIdOf(pod), subject: pod }
}
