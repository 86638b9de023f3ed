import type { KubeObject } from '../../kube/object.js'
import type { Finding } from './cause.js'
import { ageOf, grace } from './grace.js'
import { clean } from './message.js'
import { listAt, textAt } from './read.js'
import { safeIdOf, uidOf, type World } from './world.js'

/**
 * Pods that the API server does not let a controller create: quota, admission, service account. A condition tells what
 * is so now; an event is only asked where no pod says anything, as it may be of yesterday.
 */
export function explainCreation(owner: KubeObject, world: World): Finding | undefined {
  const failure = listAt(owner, 'status', 'conditions').find(
    ({ type, status }) => type === 'ReplicaFailure' && status === 'True',
  )
  if (!failure) return undefined
  return finding(owner, clean(textAt(failure, 'message')), world, true)
}

export function explainCreationByEvents(owner: KubeObject, world: World): Finding | undefined {
  const events = world.eventsOf({ id: safeIdOf(owner), uid: uidOf(owner) })
  const newest = events.find(({ reason }) => reason === 'FailedCreate')
  return newest && finding(owner, newest.message, world, newest.time >= world.since)
}

function finding(owner: KubeObject, said: string, world: World, isCurrent: boolean): Finding {
  const isForbidden = / is forbidden: |\bforbidden:|exceeded quota/.test(said)
  return {
    reason: 'FailedCreate',
    message: tidy(said) || 'its pods cannot be created',
    object: safeIdOf(owner),
    subject: owner,
    isTerminal: isForbidden && isCurrent && ageOf(owner, world) > grace.forbidden,
    hint: hints.find(([pattern]) => pattern.test(said))?.[1],
  }
}

/** Controllers put the name of the pod they wanted around what the API server says. */
function tidy(said: string): string {
  return said
    .replace(/^Error creating: /, '')
    .replace(/^create Pod \S+ in StatefulSet \S+ failed error: /, '')
    .replace(/^pods "[^"]*" is forbidden: /, 'pods are forbidden: ')
    .replace(/error looking up service account \S+: serviceaccount/, 'serviceaccount')
}

const hints: [RegExp, string][] = [
  [/exceeded quota/, 'raise the ResourceQuota, or lower resources.requests'],
  [/failed quota/, 'set resources.requests and limits: the ResourceQuota counts them'],
  [
    /violates PodSecurity/,
    'set the securityContext it asks for, or another pod-security label on the namespace',
  ],
  [/serviceaccount "[^"]*" not found/, 'add the ServiceAccount'],
  [/failed calling webhook/, 'the webhook of an admission controller does not answer: look at its pods'],
]
