import { LoError, type Problem } from '../errors.js'
import type { DeployOutcome } from '../events.js'
import { showId } from '../kube/object.js'
import type { Applied } from './apply/apply.js'
import { formatRefusal, hintOf } from './apply/refusal.js'
import type { Redact } from './artifact/redact.js'
import type { TargetResult } from './deploy.js'
import { formatCause } from './why/format-cause.js'

/** What to tell of a deploy that did not end well: undefined for one that did. */
export function failureOf(
  results: readonly TargetResult[],
  domain: string,
  redact: Redact,
  interrupt: LoError | undefined,
): LoError | undefined {
  if (interrupt) return interruptedError(results, interrupt)
  const refused = results.flatMap(({ applied }) => applied.filter(({ refusal }) => refusal))
  if (refused.length > 0) return refusedError(results, refused, domain, redact)
  const [error] = results.flatMap(({ error }) => error ?? [])
  if (error) return withCounts(error, results)
  const unestablished = results.filter(({ outcome }) => outcome === 'failed')
  if (unestablished.length > 0) return unestablishedError(unestablished, results, domain, redact)
  const unhealthy = results.filter(({ outcome }) => outcome === 'unhealthy')
  if (unhealthy.length > 0) return unhealthyError(results, unhealthy, domain, redact)
  return undefined
}

function refusedError(
  results: readonly TargetResult[],
  refused: Applied[],
  domain: string,
  redact: Redact,
): LoError {
  const names = results
    .filter(({ applied }) => applied.some(({ refusal }) => refusal))
    .map(({ target }) => target)
  const problems = refused.map(
    ({ manifest, refusal }): Problem => ({
      file: manifest.file,
      line: manifest.line,
      message: redact(formatRefusal(manifest, refusal!).join('\n')),
    }),
  )
  const all = results.flatMap(({ applied }) => applied)
  return new LoError('APPLY_FAILED', `${domain} is not deployed: ${names.join(', ')} cannot be applied.`, {
    problems,
    detail: countLine(all),
    hint: hintOf(refused.map(({ refusal }) => refusal!)),
  })
}

function withCounts(error: LoError, results: readonly TargetResult[]): LoError {
  const { code, message, detail, hint } = error
  const all = results.flatMap(({ applied }) => applied)
  return new LoError(code, message, {
    detail: [...(detail ? [detail] : []), countLine(all)].join('\n'),
    ...(hint && { hint }),
    cause: error,
  })
}

function countLine(all: readonly Applied[]): string {
  const count = (...wanted: Applied['outcome'][]) =>
    all.filter(({ outcome }) => wanted.includes(outcome)).length
  const applied = count('created', 'configured', 'unchanged')
  return `${applied} of ${all.length} objects are applied, ${count('failed')} are refused, ${count('skipped')} were not reached.`
}

/** Nothing was refused, but what the rest stands on has not come about. */
function unestablishedError(
  failed: readonly TargetResult[],
  results: readonly TargetResult[],
  domain: string,
  redact: Redact,
): LoError {
  const names = failed.map(({ target }) => target).join(', ')
  const all = results.flatMap(({ applied }) => applied)
  return new LoError(
    'APPLY_FAILED',
    `${domain} is not deployed: definitions of ${names} are not established.`,
    {
      detail: redact([...failed.flatMap(reasonsOf), countLine(all)].join('\n')),
      hint: 'Mend the definitions, or give them more time with --timeout.',
    },
  )
}

function unhealthyError(
  results: readonly TargetResult[],
  unhealthy: readonly TargetResult[],
  domain: string,
  redact: Redact,
): LoError {
  const names = unhealthy.map(({ target }) => target).join(', ')
  const isLate = unhealthy.every(({ health }) => health?.ended === 'timed-out')
  const skipped = results.filter(({ outcome }) => outcome === 'skipped').map(({ target }) => target)
  const lines = unhealthy.flatMap(reasonsOf)
  const detail = [...new Set(lines), ...(skipped.length > 0 ? [`Not reached: ${skipped.join(', ')}.`] : [])]
  return new LoError(
    'UNHEALTHY',
    `${domain} is applied, but ${names} ${unhealthy.length === 1 ? 'is' : 'are'} not healthy${isLate ? ' in time' : ''}.`,
    {
      detail: redact(detail.join('\n')),
      hint: hintFor(unhealthy, isLate),
    },
  )
}

function hintFor(unhealthy: readonly TargetResult[], isLate: boolean): string {
  const open = unhealthy.flatMap(({ health }) => health?.unhealthy ?? [])
  if (open.length > 0 && open.every(({ isOwn }) => !isOwn)) {
    return 'All of these are Deployments of others: --wait target leaves them out.'
  }
  return isLate
    ? 'Mend what is named above, or give it more time with --timeout.'
    : 'Mend what is named above, build, and deploy again.'
}

const mostNames = 10

function reasonsOf({ health }: TargetResult): string[] {
  if (!health) return []
  const { causes, unhealthy, trouble } = health
  const explained = new Set(causes.flatMap(({ owners }) => owners.map(showId)))
  const rest = unhealthy.filter(({ id }) => !explained.has(showId(id)))
  const named = rest.slice(0, mostNames).map(({ id, message }) => `${showId(id)}: ${message}`)
  return [
    ...(trouble ? [`The API server does not answer: ${trouble}`] : []),
    ...causes.flatMap(cause => formatCause(cause)),
    ...named,
    ...(rest.length > named.length ? [`and ${rest.length - named.length} more`] : []),
  ]
}

function interruptedError(results: readonly TargetResult[], interrupt: LoError): LoError {
  return new LoError('INTERRUPTED', interrupt.message, {
    detail: results.map(stateOf).join('\n'),
    hint: 'Run the same command again: it goes on from there.',
    cause: interrupt,
  })
}

function stateOf({ target, applied, outcome }: TargetResult): string {
  const all = applied.length
  const open = applied.filter(({ outcome }) => outcome === 'skipped').map(nameOf)
  const refused = applied.filter(({ outcome }) => outcome === 'failed').map(nameOf)
  const done = all - open.length - refused.length
  const said = [
    done === all ? `all ${all} objects are applied` : `${done} of ${all} objects are applied`,
    ...(refused.length > 0 ? [`refused are ${listed(refused)}`] : []),
    ...(open.length > 0 && done > 0 ? [`not, as far as is known: ${listed(open)}`] : []),
    ...(done === all ? [knownHealth[outcome]] : []),
  ]
  return `${target}: ${done === 0 && refused.length === 0 ? 'nothing was applied' : said.join('; ')}`
}

const knownHealth: Record<DeployOutcome, string> = {
  healthy: 'they are healthy',
  unhealthy: 'not all are healthy',
  applied: 'nobody has waited for their health',
  failed: 'their health is not known',
  skipped: 'their health is not known',
}

const nameOf = ({ manifest }: Applied) => showId(manifest.id)

function listed(names: string[]): string {
  const rest = names.length - mostNames
  return `${names.slice(0, mostNames).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`
}
