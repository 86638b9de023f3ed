import { LoError, type Problem } from '../errors.js'
import type { Event, Outcome, TargetReport } from '../events.js'

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
    case 'step-finished':
      return `${event.step}  ${style.dim(formatTime(event.milliseconds))}`
    default:
      return undefined
  }
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
