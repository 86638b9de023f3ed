import { LoError, type Problem } from '../errors.js'
import type {
  DeployedTarget,
  DeployOutcome,
  Event,
  HealthProgress,
  Outcome,
  TargetReport,
} from '../events.js'

/** How a piece of text may stand out. Colour never carries meaning alone: the words say the same. */
export interface Style {
  bold: (text: string) => string
  dim: (text: string) => string
  red: (text: string) => string
  green: (text: string) => string
  yellow: (text: string) => string
}

const same = (text: string) => text
export const noStyle: Style = { bold: same, dim: same, red: same, green: same, yellow: same }

/** The one line of a story event; undefined for those that only move the live display. */
export function formatEvent(event: Event, style: Style = noStyle): string | undefined {
  switch (event.type) {
    case 'notice':
      return style.dim(event.message)
    case 'warning':
      return formatProblem(event, style, style.yellow('warning:'))
    case 'command-started':
      return style.dim(`$ ${event.command.map(quote).join(' ')}`)
    case 'build-started':
      return `${style.bold(event.domain)}: ${plural(event.targets.length, 'target')}, rendered by ${event.renderer}`
    case 'step-started':
      return style.dim(`${event.step} …`)
    case 'step-continues':
      return style.dim(`${event.step} … for ${formatTime(event.milliseconds)} now`)
    case 'step-finished':
      return `${event.step}  ${style.dim(formatTime(event.milliseconds))}`
    case 'deploy-started':
      return formatStart(event, style)
    case 'target-applying':
      return style.dim(`${event.target}: applying ${plural(event.objects, nounOf[event.step])}`)
    case 'object-applied':
      return event.outcome === 'unchanged' ? undefined : `${event.target}: ${event.object} ${event.outcome}`
    default:
      return undefined
  }
}

const nounOf = { definitions: 'definition', resources: 'resource' } as const

const mostTargets = 8

function formatStart(event: Extract<Event, { type: 'deploy-started' }>, style: Style): string {
  const { domain, clusterDomain, server, context, targets, objects, commit } = event
  const names = targets.length > mostTargets ? plural(targets.length, 'target') : targets.join(', ')
  const from = commit ? `, commit ${commit.replace('+', ' with changes')}` : ''
  const where = clusterDomain === domain ? server : `${clusterDomain}, ${server}`
  return `${style.bold(domain)}: ${names ? `${names}: ` : ''}${plural(objects, 'object')}${from}, to ${where} (context ${context})`
}

/** One row of the result of a deploy, aligned with those of the other targets. */
export function formatDeployed(report: DeployedTarget, targets: string[], style: Style = noStyle): string {
  const { target, outcome, created, configured, unchanged, milliseconds } = report
  const name = target.padEnd(Math.max(...targets.map(name => name.length)))
  const word = paintDeploy(style)[outcome](outcome.padEnd('unhealthy'.length))
  if (outcome === 'skipped' && created + configured + unchanged === 0) return `${name}  ${word}`.trimEnd()
  const counts = [
    [created, 'created'],
    [configured, 'configured'],
    [unchanged, 'unchanged'],
  ].filter(([count]) => count !== 0)
  const said = counts.map(part => part.join(' ')).join(', ') || 'nothing applied'
  return `${name}  ${word}  ${said}  ${style.dim(formatTime(milliseconds))}`
}

const paintDeploy = (style: Style): Record<DeployOutcome, (text: string) => string> => ({
  healthy: style.green,
  applied: style.yellow,
  unhealthy: style.red,
  failed: style.red,
  skipped: style.dim,
})

/** How far the wait is, in one line. */
export function formatHealth({ all, pending, trouble }: HealthProgress): string {
  const ready = `${all - pending.length} of ${all} ready`
  return trouble ? `${ready}; the API server does not answer: ${trouble}` : ready
}

const mostRows = 8

/** What is waited for as a table, longest wait first, and then what is known to be in the way. */
export function formatPending(progress: HealthProgress, style: Style = noStyle, width = 100): string[] {
  const { pending, causes } = progress
  const longestFirst = [...pending].sort((a, b) => b.milliseconds - a.milliseconds)
  const shown = longestFirst.slice(0, mostRows)
  const wide = Math.max(0, ...shown.map(({ object }) => object.length))
  const rows = shown.map(({ object, message, milliseconds }) => {
    const time = formatTime(milliseconds)
    const room = Math.max(10, width - wide - time.length - 6)
    return `  ${object.padEnd(wide)}  ${cut(message, room)}  ${style.dim(time)}`
  })
  const rest = pending.length - shown.length
  const reasons = causes.slice(0, 3).map(([first = '']) => `  ${style.yellow('!')} ${cut(first, width - 4)}`)
  return [...rows, ...(rest > 0 ? [style.dim(`  and ${rest} more`)] : []), ...reasons]
}

export function cut(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, Math.max(1, length - 1))}…` : text
}

/** One row of the result, aligned with the rows of the other targets. */
export function formatTarget(report: TargetReport, targets: string[], style: Style = noStyle): string {
  const { target, outcome, resources, milliseconds } = report
  const name = target.padEnd(Math.max(...targets.map(name => name.length)))
  const word = paintOutcome(style)[outcome](outcome.padEnd('configured'.length))
  if (outcome === 'skipped') return `${name}  ${word}`.trimEnd()
  const count = outcome === 'failed' ? '' : plural(resources, 'resource')
  return `${name}  ${word}  ${count.padEnd('999 resources'.length)}  ${style.dim(formatTime(milliseconds))}`
}

const paintOutcome = (style: Style): Record<Outcome, (text: string) => string> => ({
  created: style.green,
  configured: style.yellow,
  unchanged: style.dim,
  failed: style.red,
  skipped: style.dim,
})

/** What failed, the evidence, where it stands, and what to do next. */
export function formatError(error: Error, style: Style = noStyle): string {
  const label = style.red(style.bold('error:'))
  if (!(error instanceof LoError)) {
    return `${label} this is a bug in lo; please report it with the lines below\n${indent(error.stack ?? error.message)}`
  }
  return [
    `${label} ${error.message}`,
    ...error.problems.map(problem => formatProblem(problem, style)),
    ...(error.detail ? [indent(error.detail.trimEnd())] : []),
    ...(error.hint ? [`${style.bold('next:')} ${error.hint}`] : []),
  ].join('\n')
}

/** `file:line:column: message`, then the offending line with a mark under the column. */
export function formatProblem(problem: Problem, style: Style = noStyle, label = ''): string {
  const { message, file, line, column, source, hint } = problem
  const place = [file, line, column].filter(part => part !== undefined).join(':')
  const head = [label, place && `${style.bold(place)}:`, message].filter(Boolean).join(' ')
  const said = hint ? `${head}; ${hint}` : head
  if (source === undefined || line === undefined) return said
  const gutter = String(line).length + 2
  const { text, offset } = shorten(source, (column ?? 1) - 1)
  return [
    said,
    `${style.dim(`${String(line).padStart(gutter)} |`)} ${text}`,
    `${style.dim(`${' '.repeat(gutter)} |`)} ${' '.repeat(offset)}${style.red('^')}`,
  ].join('\n')
}

const longestLine = 160

/** Cuts a long line around the column, and shows what a terminal would act on as a plain dot. */
function shorten(source: string, column: number): { text: string; offset: number } {
  const printable = source.replace(/[\u0000-\u001f\u007f-\u009f]/g, char => (char === '\t' ? ' ' : '·'))
  if (printable.length <= longestLine) return { text: printable, offset: column }
  const from = Math.max(0, Math.min(column - longestLine / 2, printable.length - longestLine))
  const text = `${from > 0 ? '…' : ''}${printable.slice(from, from + longestLine)}…`
  return { text, offset: column - from + (from > 0 ? 1 : 0) }
}

/** `43ms`, `1.2s`, `2m05s`. */
export function formatTime(milliseconds: number): string {
  if (milliseconds < 1000) return `${Math.round(milliseconds)}ms`
  if (milliseconds < 60_000) return `${(milliseconds / 1000).toFixed(1)}s`
  const seconds = Math.round(milliseconds / 1000)
  return `${Math.floor(seconds / 60)}m${String(seconds % 60).padStart(2, '0')}s`
}

export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}

/** As a shell would take it. */
function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`
}

function indent(text: string): string {
  return text.replace(/^(?=.)/gm, '  ')
}
