import type { Planned } from '../../events.js'
import type { ClusterStatus } from '../driver.js'
import { stateOf } from './status-words.js'

/** Says what an answer should have been, as the end of a sentence that begins with the function's name. */
export class BadAnswer extends Error {}

/** A word, and the parts that should run and do not: `{ state, missing }`, or lines. */
export function readStatus(answer: unknown): ClusterStatus {
  const [word, missing] = Array.isArray(answer) ? [answer[0], answer.slice(1)] : partsOf(answer)
  const state = typeof word === 'string' ? stateOf(word) : undefined
  if (!state || !isTexts(missing)) {
    throw new BadAnswer('answers absent, stopped, degraded or running, and then what is missing')
  }
  if (state !== 'degraded' || missing.length > 0) return { state, missing }
  return { state, missing: [String(word).toLowerCase()] }
}

function partsOf(answer: unknown): [unknown, unknown] {
  if (typeof answer !== 'object' || answer === null) return [answer, []]
  const { state, missing = [] } = answer as { state?: unknown; missing?: unknown }
  return [state, missing]
}

const actions = ['create', 'change', 'keep', 'delete'] as const

/** Entries of an action and what it is about: `{ action, what }`, or text such as `create the servers`. */
export function readPlan(answer: unknown): Planned[] {
  const entries = Array.isArray(answer) ? answer : undefined
  const planned = entries?.map(entry => {
    const { action, what } = typeof entry === 'string' ? splitEntry(entry) : (entry ?? {})
    const known = actions.find(known => known === action)
    return known && typeof what === 'string' && what !== '' ? { action: known, what } : undefined
  })
  const bad = planned?.indexOf(undefined) ?? -1
  if (!planned || bad >= 0) {
    throw new BadAnswer('answers with entries such as "create the servers": create, change, keep or delete')
  }
  return planned as Planned[]
}

function splitEntry(entry: string): { action: string; what: string } {
  const [, action = '', what = ''] = /^(\S+)\s+(.*\S)\s*$/.exec(entry) ?? []
  return { action, what }
}

export function readLines(answer: unknown): string[] {
  if (isTexts(answer)) return answer
  throw new BadAnswer('answers with a list of texts')
}

/** Variables by name, or lines `NAME=value`. */
export function readVariables(answer: unknown): Record<string, string> {
  const entries: [string, unknown][] = Array.isArray(answer)
    ? answer.map(line => splitVariable(String(line)))
    : Object.entries(typeof answer === 'object' && answer !== null ? answer : { '': undefined })
  if (entries.every(([name, value]) => /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) && isScalar(value))) {
    return Object.fromEntries(entries.map(([name, value]) => [name, String(value)]))
  }
  throw new BadAnswer('answers with variables, as NAME=value')
}

function splitVariable(line: string): [string, unknown] {
  const equals = line.indexOf('=')
  return equals < 0 ? ['', undefined] : [line.slice(0, equals), line.slice(equals + 1)]
}

/** Text, or nothing: then the answer is undefined. */
export function readText(answer: unknown): string | undefined {
  if (answer === null || answer === undefined) return undefined
  if (typeof answer !== 'string') throw new BadAnswer('answers with text')
  return answer.trim() === '' ? undefined : answer
}

const isTexts = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every(entry => typeof entry === 'string')
const isScalar = (value: unknown) => ['string', 'number', 'boolean'].includes(typeof value)
