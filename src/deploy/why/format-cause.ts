import { keyOf, type ObjectId, showId } from '../../kube/object.js'
import type { Cause } from './cause.js'
import { clean, shorten } from './message.js'

const mostNames = 3
const mostLogLines = 10

/** A cause as plain lines: what, then indented what supports it, and at last what to do. */
export function formatCause(cause: Cause & { log?: string[] }): string[] {
  const { reason, message, events, hint, more } = cause
  if (more) return [`and ${message}, of ${named(cause.owners)}`]
  return [
    `${whoOf(cause)}: ${reason}: ${message}`,
    ...events.map(event => `  event ${event}`),
    ...logLines(cause),
    ...(hint ? [`  next: ${hint}`] : []),
  ]
}

/** `9 pods of Deployment shop/web`; an object that stands for itself only has its name. */
function whoOf({ objects, owners }: Cause): string {
  const owned = new Set(owners.map(keyOf))
  if (objects.every(object => owned.has(keyOf(object)))) return named(objects)
  const [first] = objects
  const who = objects.length === 1 && first ? showOne(first) : counted(objects)
  return `${who} of ${named(owners)}`
}

function showOne({ kind, name }: ObjectId): string {
  return `${kind === 'Pod' ? 'pod' : kind} ${name}`
}

function counted(objects: ObjectId[]): string {
  const kinds = new Set(objects.map(object => object.kind))
  const [kind = ''] = kinds
  if (kinds.size > 1) return `${objects.length} objects`
  return `${objects.length} ${kind === 'Pod' ? 'pods' : `${kind}s`}`
}

function named(ids: ObjectId[]): string {
  const names = ids.slice(0, mostNames).map(showId)
  const rest = ids.length - names.length
  return rest > 0 ? `${names.join(', ')} and ${rest} more` : names.join(', ')
}

function logLines({ log = [], logOf }: Cause & { log?: string[] }): string[] {
  const lines = log
    .flatMap(part => part.split(/\r?\n/))
    .map(clean)
    .filter(Boolean)
    .slice(-mostLogLines)
  if (lines.length === 0) return []
  const run = logOf?.previous ? ', its last run' : ''
  const head = logOf ? `  log of ${logOf.pod}, container ${logOf.container}${run}:` : '  log:'
  return [head, ...lines.map(line => `    ${shorten(line)}`)]
}
