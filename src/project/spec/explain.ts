import type * as z from 'zod'
import type { Problem } from '../../errors.js'
import { showName } from '../name.js'
import { suggest } from '../nearest.js'
import { mostProblems, type Source } from './source.js'

export type Issue = z.core.$ZodIssue

/** What a schema has against a value, in words of the file: where, what was expected, what stands there instead. */
export function explainIssue(issue: Issue, source: Source): Problem[] {
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys
        .slice(0, mostProblems)
        .map(key => explainUnknownKey(issue.path, key, issue.message.split(' '), source))
    case 'invalid_union':
      return explainUnion(issue, source)
    case 'invalid_key': {
      const [first] = issue.issues
      const expected = first ? expectationOf(first) : 'another key'
      const key = showName(String(issue.path.at(-1)))
      return [
        source.problemAt(issue.path, { message: `expected ${expected} as key, found ${key}` }, { key: true }),
      ]
    }
    case 'custom':
      return [
        source.problemAt(issue.path, {
          message: issue.path.length > 0 ? `${nameOf(issue.path)}: ${issue.message}` : issue.message,
        }),
      ]
    default:
      return [explainValue(issue.path, issue.input, expectationOf(issue), source)]
  }
}

function explainUnknownKey(path: PropertyKey[], key: string, known: string[], source: Source): Problem {
  const hint = suggest(key, known)
  const where = path.length > 0 ? ` in ${nameOf(path)}` : ''
  return source.problemAt(
    [...path, key],
    { message: `unknown key ${showName(key)}${where}`, ...(hint && { hint }) },
    { key: true },
  )
}

function explainValue(path: PropertyKey[], found: unknown, expected: string, source: Source): Problem {
  if (found === undefined) {
    return source.problemAt(path, { message: `${nameOf(path)} is missing; expected ${expected}` })
  }
  const hint = hintFor(found, expected)
  const subject = path.length > 0 ? `${nameOf(path)}: ` : ''
  const message = `${subject}expected ${expected}, found ${describe(found)}`
  return source.problemAt(path, { message, ...(hint && { hint }) })
}

/**
 * Of the alternatives, the one that the value was most likely meant to be: the first that has something to say about
 * a part of it, or about its text; else all of them, as a choice.
 */
function explainUnion(issue: Extract<Issue, { code: 'invalid_union' }>, source: Source): Problem[] {
  const alternatives = issue.errors
  const inside = alternatives.find(issues =>
    issues.every(({ path, code }) => path.length > 0 || code === 'unrecognized_keys'),
  )
  if (inside) {
    return inside.flatMap(inner => explainIssue({ ...inner, path: [...issue.path, ...inner.path] }, source))
  }
  const all = alternatives.flat().filter(({ path }) => path.length === 0)
  const expected = [...new Set(all.map(expectationOf))].join(' or ')
  return [explainValue(issue.path, issue.input, expected, source)]
}

/** What a value should have been, as a noun phrase. */
function expectationOf(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_type':
      return isOwnMessage(issue) ? issue.message : (typeNames[issue.expected] ?? issue.expected)
    case 'invalid_value':
      return choice(issue.values.map(value => (value === '' ? '""' : String(value))))
    case 'too_small':
      return issue.origin === 'array' ? `${issue.minimum} or more items` : `${issue.minimum} or more`
    case 'too_big':
      return `at most ${issue.maximum}`
    case 'invalid_union':
      return choice([...new Set(issue.errors.flat().map(expectationOf))])
    default:
      return issue.message
  }
}

/** Whether the schema says what it wants, or leaves that to zod, which speaks of types. */
const isOwnMessage = ({ message }: Issue) => !message.startsWith('Invalid input')

const typeNames: Record<string, string> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a map',
  record: 'a map',
  null: 'nothing',
}

/** `a`, `a or b`, `one of a, b, c`. */
function choice(words: string[]): string {
  return words.length < 3 ? words.join(' or ') : `one of ${words.join(', ')}`
}

function describe(found: unknown): string {
  if (found === null) return 'nothing'
  if (Array.isArray(found)) return found.length === 0 ? 'an empty list' : 'a list'
  if (typeof found === 'object') return 'a map'
  if (typeof found === 'string') return found === '' ? 'empty text' : showName(found)
  return `${typeof found === 'boolean' ? '' : 'the number '}${found}`
}

function hintFor(found: unknown, expected: string): string | undefined {
  if (expected === 'true or false' && typeof found === 'string' && /^(y|yes|n|no|on|off)$/i.test(found)) {
    return `YAML 1.2 reads ${found} as text: write ${/^(y|yes|on)$/i.test(found) ? 'true' : 'false'}`
  }
  if (typeof found !== 'string' && typeof found !== 'object' && expected.startsWith('text'))
    return 'put it in quotes'
  if (
    typeof found === 'string' &&
    / number$/.test(expected) &&
    found !== '' &&
    !Number.isNaN(Number(found))
  ) {
    return 'remove the quotes'
  }
  return undefined
}

/** `spec.workers[0].type`, `metadata.labels["lok8s.dev/team"]`. */
function nameOf(path: readonly PropertyKey[]): string {
  return path
    .map((part, index) => {
      if (typeof part === 'number') return `[${part}]`
      const key = String(part)
      return /^[\w-]+$/.test(key) ? `${index > 0 ? '.' : ''}${key}` : `[${showName(key)}]`
    })
    .join('')
}
