import type { ApiError } from '../../kube/api.js'
import { showId } from '../../kube/object.js'
import { isPassing } from '../../kube/persist.js'
import type { Manifest } from '../artifact/manifest.js'

/** Why an object is not applied. */
export type RefusalReason =
  | 'conflict'
  | 'immutable'
  | 'old-version'
  | 'terminating'
  | 'forbidden'
  | 'invalid'
  | 'unknown-kind'
  | 'missing-namespace'
  | 'webhook'
  | 'unavailable'
  | 'unreachable'
  | 'unexplained'

export interface Refusal {
  reason: RefusalReason
  message: string
  /** Of a conflict: the fields, and who has them. */
  conflicts?: { field: string; manager: string }[]
}

/** What the answer of the API server to one object means. */
export function planRefusal({ id }: Pick<Manifest, 'id'>, error: ApiError): Refusal {
  const { status, causes, message } = error
  const conflicts = causes.filter(cause => cause.reason === 'FieldManagerConflict')
  if (conflicts.length > 0) {
    return {
      reason: 'conflict',
      message: 'other field managers have set other values',
      conflicts: conflicts
        .map(({ field = '', message = '' }) => ({ field, manager: managerOf(message) }))
        // The API server goes through managers in no order.
        .sort((one, other) => compare(one.field, other.field) || compare(one.manager, other.manager)),
    }
  }
  const because = (reason: RefusalReason): Refusal => ({ reason, message: shortOf(message) })
  if (status === 0) return because('unreachable')
  if (causes.some(cause => cause.reason === 'NamespaceTerminating')) {
    return { reason: 'terminating', message: `its namespace ${id.namespace} is being deleted` }
  }
  if (status === 422) return invalid(error)
  if (status === 404) return missing(error, id.namespace)
  if (isWebhook.test(message)) return because('webhook')
  if (status === 403)
    return because(isRight.test(message) ? 'forbidden' : isYoung.test(message) ? 'unavailable' : 'invalid')
  if (isOldVersion.test(message)) return because('old-version')
  // The API server has no better words for a field that is in no schema.
  if (isUndeclared.test(message)) return because('invalid')
  // Somebody else has made or changed it at the same moment.
  if (status === 409 || isPassing(error)) return because('unavailable')
  return because('invalid')
}

function invalid({ causes, message }: ApiError): Refusal {
  const isFixed = causes.some(({ message = '' }) => isImmutable.test(message))
  const said = causes.map(({ field, message = '' }) => {
    return [field, isFixed ? withoutValues(message) : message].filter(Boolean).join(': ')
  })
  return { reason: isFixed ? 'immutable' : 'invalid', message: shortOf(said.join('; ') || message) }
}

function missing({ message }: ApiError, namespace = ''): Refusal {
  return message.includes(`namespaces "${namespace}" not found`)
    ? { reason: 'missing-namespace', message: `there is no namespace ${namespace}` }
    : { reason: 'unknown-kind', message: 'the cluster does not know this kind yet' }
}

/**
 * What kubectl says of an object that the API server has nothing against when it is asked: a trial run does not find
 * out everything, such as that the address of a Service cannot change.
 */
export function planUnexplained({ id }: Pick<Manifest, 'id'>, stderr: string): Refusal {
  const lines = stderr.split('\n').filter(line => line.trim() !== '')
  const own = lines.find(line =>
    line.includes(`${id.kind}${id.group && `.${id.group}`} "${id.name}" is invalid: `),
  )
  if (own !== undefined) {
    const said = own.slice(own.indexOf(' is invalid: ') + ' is invalid: '.length)
    return isImmutable.test(said)
      ? { reason: 'immutable', message: shortOf(withoutValues(said)) }
      : { reason: 'invalid', message: shortOf(said) }
  }
  const words = lines.find(line => line.includes(id.name)) ?? lines.at(-1)
  return {
    reason: 'unexplained',
    message: shortOf(words ?? 'kubectl has not applied it, and does not say why'),
  }
}

const races: readonly RefusalReason[] = [
  'terminating',
  'unknown-kind',
  'missing-namespace',
  'webhook',
  'unavailable',
  'unreachable',
]

/** Waiting may help: these are races that a first deploy has with itself, and outages. */
export const isRace = ({ reason }: Refusal) => races.includes(reason)

const compare = (one: string, other: string) => (one < other ? -1 : one > other ? 1 : 0)

/** `conflict with "kubectl" using v1`, and the like, in https://github.com/kubernetes/kubernetes/blob/v1.33.0/staging/src/k8s.io/apimachinery/pkg/util/managedfields/internal/conflict.go */
const managerOf = (message: string) => /^conflict with "(.*?)"/.exec(message)?.[1] ?? message

/** There is no machine-readable word for any of these. */
const isImmutable = /immutable|may not (be )?change|cannot change roleRef|updates to .+ are forbidden/i
const isWebhook = /failed calling webhook|no endpoints available for service/
const isRight = /\bcannot \w+ resource\b|attempting to grant RBAC permissions/
/** A namespace is there before its service account, and a quota before somebody has counted. */
const isYoung = /error looking up service account|status unknown for quota/
/** It is not what is applied that has a field too many, but what was applied before, read in an older version. */
const isOldVersion = /failed to convert merged object to last applied version/
const isUndeclared =
  /field not declared in schema|failed to create typed patch object|failed to create manager/

/** The first line, without the value: that of a pod template is a page of Go, and may hold secrets. */
function withoutValues(text: string): string {
  const [first = ''] = text.split('\n', 1)
  return first.replace(/Invalid value: .*: (?=[^:]+$)/, '').replaceAll('Forbidden: ', '')
}

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

const hints: [RefusalReason, string][] = [
  ['conflict', 'Take these fields over with --force-conflicts, or leave them out of the target.'],
  ['immutable', 'Delete and make them again with --force-recreate, or undo the change.'],
  ['terminating', 'Wait until it is gone, or let go of what holds it with --force-recreate.'],
  ['forbidden', 'Ask for the missing right, or use another --context.'],
  ['old-version', 'Run it again; if that does not help, delete the object and deploy again.'],
  ['invalid', 'Mend the target, run `lo build`, and deploy again.'],
  ['unknown-kind', 'Add the CustomResourceDefinition to a target, or install what brings it first.'],
  ['missing-namespace', 'Add the Namespace to a target.'],
  ['webhook', 'Look at the pods behind the webhook, and run it again.'],
  ['unavailable', 'Run it again: what has been applied stays as it is.'],
  ['unreachable', 'Run it again when the API server answers: what has been applied stays as it is.'],
  ['unexplained', 'Run it again with --verbose, and kubectl by hand as it shows.'],
]

/** What to do about refusals, most helpful first. */
export function hintOf(refusals: readonly Refusal[]): string {
  const given = new Set(refusals.map(({ reason }) => reason))
  return hints.find(([reason]) => given.has(reason))?.[1] ?? ''
}
