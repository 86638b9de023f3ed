import type { KubeObject, ObjectId } from '../../kube/object.js'
import type { Cause, Evidence, Finding, Unhealthy } from './cause.js'
import { explainClaim } from './claim.js'
import { explainCondition } from './condition.js'
import { explainCreation, explainCreationByEvents } from './create.js'
import { descend, isObserved } from './descend.js'
import { groupFindings } from './group.js'
import { clean } from './message.js'
import { explainPod, isOver } from './pod.js'
import { textAt } from './read.js'
import { explainTerminating } from './terminating.js'
import { uidOf, type World, worldOf } from './world.js'

/**
 * Why objects are not healthy: what can be said about all of them in as few statements as possible, what ends the wait
 * first. Every object is an owner of at least one cause. Whether a cause is terminal depends on the time too, so ask
 * again as time goes by, with the clock of the cluster (the Date header of its answers): graces compare it with what
 * kubelet wrote.
 */
export function explain(evidence: Evidence, now: Date): Cause[] {
  const world = worldOf(evidence, now)
  const explainPodOnce = once(pod => explainPod(pod, world))
  const findings = evidence.unhealthy.flatMap(one =>
    explainOne(one, world, explainPodOnce).map(finding => ({ ...finding, owner: one.id })),
  )
  return groupFindings(findings, world)
}

type Explain = (pod: KubeObject) => Finding | undefined

function explainOne(unhealthy: Unhealthy, world: World, explainPod: Explain): Finding[] {
  const { id, state } = unhealthy
  if (state === 'missing') return [vague(unhealthy, undefined)]
  if (state === 'terminating') return [explainTerminating(unhealthy, world)]
  const object = unhealthy.object ?? world.find(id)
  if (!isObserved(object)) return [vague(unhealthy, object)]
  const below = descend({ uid: unhealthy.uid || uidOf(object), object }, world)
  const findings = explainBelow(below, object, world, explainPod)
  if (findings.length > 0) return isHopeless(unhealthy) ? findings.map(asTerminal) : findings
  return [explainItself(unhealthy, object, world) ?? vague(unhealthy, object)]
}

const isHopeless = ({ state, isTerminal }: Unhealthy) => isTerminal ?? state === 'failed'

/** What the health rule calls failed does not heal by waiting, whatever its pods say. */
const asTerminal = (finding: Finding): Finding => ({ ...finding, isTerminal: true })

function explainBelow(
  below: KubeObject[],
  root: KubeObject | undefined,
  world: World,
  explainPod: Explain,
): Finding[] {
  const pods = below.filter(object => textAt(object, 'kind') === 'Pod')
  const explainAll = (some: KubeObject[]) =>
    some.flatMap(pod => explainPod(pod) ?? []).map(finding => asOutdated(finding, root))
  const active = explainAll(pods.filter(pod => !isOver(pod)))
  const found = active.length > 0 ? active : explainAll(pods.filter(isOver))
  const makers = below.filter(object => textAt(object, 'kind') !== 'Pod')
  const refused = makers.filter(isLowest(makers)).flatMap(maker => explainCreation(maker, world) ?? [])
  if (found.length > 0 || refused.length > 0) return [...found, ...refused]
  return makers.flatMap(maker => explainCreationByEvents(maker, world) ?? [])
}

/** A Deployment repeats what its ReplicaSet says about creating pods. */
const isLowest = (makers: KubeObject[]) => (maker: KubeObject) =>
  textAt(maker, 'kind') !== 'Deployment' || !makers.some(one => textAt(one, 'kind') === 'ReplicaSet')

/**
 * A pod that a StatefulSet made before the last change. It is replaced in turn, or stands in the way for ever:
 * https://github.com/kubernetes/kubernetes/issues/67250
 */
function asOutdated(finding: Finding, root: KubeObject | undefined): Finding {
  if (textAt(root, 'kind') !== 'StatefulSet') return finding
  const wanted = textAt(root, 'status', 'updateRevision')
  const actual = textAt(finding.subject, 'metadata', 'labels', 'controller-revision-hash')
  if (!wanted || !actual || wanted === actual) return finding
  const isInTheWay = textAt(root, 'spec', 'podManagementPolicy') !== 'Parallel'
  const { namespace, name } = finding.object
  const hint = isInTheWay
    ? `an older pod blocks the rollout: kubectl delete pod ${name} --namespace ${namespace ?? 'default'}`
    : undefined
  return { ...finding, isTerminal: false, hint }
}

function explainItself(
  unhealthy: Unhealthy,
  object: KubeObject | undefined,
  world: World,
): Finding | undefined {
  const { id } = unhealthy
  const found =
    (id.kind === 'PersistentVolumeClaim' && explainClaim(id, object, world)) ||
    (id.kind === 'Service' && explainLoadBalancer(id, object, world)) ||
    (object && explainCondition(unhealthy, object))
  return found ? { ...found, isTerminal: isHopeless(unhealthy) } : undefined
}

/** The conditions of a Service stay empty; its cloud controller speaks in events. */
function explainLoadBalancer(
  id: ObjectId,
  service: KubeObject | undefined,
  world: World,
): Finding | undefined {
  const newest = world.eventsOf({ id, uid: uidOf(service) }).find(event => event.isWarning)
  return newest && { reason: newest.reason, message: newest.message, object: id, subject: service }
}

/** The words of kstatus. */
const words = {
  progressing: 'InProgress',
  failed: 'Failed',
  missing: 'NotFound',
  unknown: 'Unknown',
  terminating: 'Terminating',
}

function vague(unhealthy: Unhealthy, object: KubeObject | undefined): Finding {
  const { id, state, message } = unhealthy
  const said = clean(typeof message === 'string' ? message : '') || 'it does not say why'
  const reason = words[state] ?? 'Unknown'
  return {
    reason,
    message: said,
    object: id,
    subject: object,
    isTerminal: isHopeless(unhealthy),
    isVague: true,
  }
}

/** A pod may belong to several objects that are waited for: a Deployment, and what made it. */
function once(explain: Explain): Explain {
  const known = new Map<KubeObject, Finding | undefined>()
  return pod => {
    if (!known.has(pod)) known.set(pod, explain(pod))
    return known.get(pod)
  }
}
