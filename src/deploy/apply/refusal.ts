import type { ApiError } from '../../kube/api.js'
import { showId } from '../../kube/object.js'
import { isPassing } from '../../kube/persist.js'
import type { Manifest } from '../artifact/manifest.js'

/** Why the API server does not take an object. */
export type RefusalReason =
  | 'conflict'
  | 'immutable'
  | 'terminating'
  | 'forbidden'
  | 'invalid'
  | 'unknown-kind'
  | 'missing-namespace'
  | 'webhook'
  | 'unavailable'

export interface Refusal {
  reason: RefusalReason
  message: string
  /** Of a conflict: the fields, and who has them. */
  conflicts?: { field: string; manager: string }[]
}

/** What the answer of the API server to one object means. */
export function planRefusal({ id }: Manifest, error: ApiError): Refusal {
  const { status, causes, message } = error
  const conflicts = causes.filter(cause => cause.reason === 'FieldManagerConflict')
  if (conflicts.length > 0) {
    return {
      reason: 'conflict',
      message: 'other field managers have set other values',
      conflicts: conflicts.map(({ field = '', message = '' }) => ({ field, manager: managerOf(message) })),
    }
  }
  if (causes.some(cause => cause.reason === 'NamespaceTerminating')) {
    return { reason: 'terminating', message: `its namespace ${id.namespace} is being deleted` }
  }
  const said = causes.map(({ field, message }) => [field, message].filter(Boolean).join(': '))
  if (status === 422 && causes.some(({ message = '' }) => isImmutable.test(message))) {
    return { reason: 'immutable', message: said.join('; ') }
  }
  if (status === 404) return missing(error, id.namespace)
  if (isWebhook.test(message)) return { reason: 'webhook', message: shortOf(message) }
  if (status === 403 || status === 401) return { reason: 'forbidden', message: shortOf(message) }
  // The API server has no better words for a field that is in no schema.
  if (isUndeclared.test(message)) return { reason: 'invalid', message: shortOf(message) }
  if (isPassing(error)) return { reason: 'unavailable', message: shortOf(message) }
  return { reason: 'invalid', message: said.join('; ') || shortOf(message) }
}

function missing({ message }: ApiError, namespace = ''): Refusal {
  return message.includes(`namespaces "${namespace}" not found`)
    ? { reason: 'missing-namespace', message: `there is no namespace ${namespace}` }
    : { reason: 'unknown-kind', message: 'the cluster does not know this kind yet' }
}

/** Waiting may help: these are races that a first deploy has with itself, and outages. */
export function isRace({ reason }: Refusal): boolean {
  return ['terminating', 'unknown-kind', 'missing-namespace', 'webhook', 'unavailable'].includes(reason)
}

/** `conflict with "kubectl" using v1`, and the like, in https://github.com/kubernetes/kubernetes/blob/v1.33.0/staging/src/k8s.io/apimachinery/pkg/util/managedfields/internal/conflict.go */
const managerOf = (message: string) => /^conflict with "(.*?)"/.exec(message)?.[1] ?? message

/** There is no machine-readable word for any of these three. */
const isImmutable = /immutable|^updates to statefulset spec for fields other than/i
const isWebhook = /failed calling webhook|no endpoints available for service/
const isUndeclared =
  /field not declared in schema|failed to create typed patch object|failed to create manager/

const longest = 400
const shortOf = (message: string) => (message.length > longest ? `${message.slice(0, longest)}…` : message)

/** One refusal as lines for people. */
export function formatRefusal(
  { id }: Pick<Manifest, 'id'>,
  { reason, message, conflicts = [] }: Refusal,
): string[] {
  if (reason !== 'conflict') return [`${showId(id)}: ${message}`]
  return [
    `${showId(id)}: ${message}`,
    ...conflicts.map(({ field, manager }) => `  ${field} belongs to ${manager}`),
  ]
}

/** What to do about refusals, most helpful first. */
export function hintOf(refusals: readonly Refusal[]): string {
  const has = (reason: RefusalReason) => refusals.some(refusal => refusal.reason === reason)
  if (has('conflict'))
    return 'Take these fields over with --force-conflicts, or leave them out of the target.'
  if (has('immutable')) return 'Delete and make them again with --force-recreate, or undo the change.'
  if (has('terminating')) return 'Wait until it is gone, or let go of what holds it with --force-recreate.'
  if (has('forbidden')) return 'Ask for the missing right, or use another --context.'
  if (has('unknown-kind'))
    return 'Add the CustomResourceDefinition to a target, or install what brings it first.'
  if (has('missing-namespace')) return 'Add the Namespace to a target.'
  if (has('webhook')) return 'Look at the pods behind the webhook, and run it again.'
  if (has('unavailable')) return 'Run it again: what has been applied stays as it is.'
  return 'Mend the target, run `lo build`, and deploy again.'
}
