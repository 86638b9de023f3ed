import type * as z from 'zod'
import { LoError, type Problem } from '../../errors.js'
import { explainIssue, type Issue } from './explain.js'
import { mostProblems, type Source } from './source.js'

/** The value by its schema, defaults filled in. Keys that begin with `x-` are the user's own, wherever they stand. */
export function check<Schema extends z.ZodType>(schema: Schema, source: Source): z.infer<Schema> {
  const first = schema.safeParse(source.value, { reportInput: true })
  if (first.success) return first.data
  const extensions = first.error.issues.flatMap(extensionsOf)
  const again =
    extensions.length === 0
      ? first
      : schema.safeParse(without(source.value, extensions), { reportInput: true })
  if (again.success) return again.data
  const issues = again.error.issues.slice(0, mostProblems)
  const problems = issues.flatMap(issue => explainIssue(issue, source))
  problems.sort((one, other) => (one.line ?? 0) - (other.line ?? 0))
  throw invalid(problems.slice(0, mostProblems))
}

function extensionsOf(issue: Issue): PropertyKey[][] {
  if (issue.code === 'invalid_union') {
    const inner = issue.errors.flat()
    return inner.flatMap(one => extensionsOf({ ...one, path: [...issue.path, ...one.path] }))
  }
  if (issue.code !== 'unrecognized_keys') return []
  return issue.keys.filter(key => key.startsWith('x-')).map(key => [...issue.path, key])
}

function without(value: unknown, paths: PropertyKey[][]): unknown {
  const copy = structuredClone(value)
  for (const path of paths) {
    const parent = path
      .slice(0, -1)
      .reduce<unknown>((at, key) => (at as Record<PropertyKey, unknown>)[key], copy)
    delete (parent as Record<PropertyKey, unknown>)[path.at(-1)!]
  }
  return copy
}

/** The error for what is wrong in files. */
export function invalid(problems: readonly Problem[]): LoError {
  const files = [...new Set(problems.map(({ file }) => file))].join(', ')
  const found = problems.length === 1 ? 'a mistake' : `${problems.length} mistakes`
  return new LoError('SPEC_INVALID', `${files} has ${found}.`, { problems: [...problems] })
}
