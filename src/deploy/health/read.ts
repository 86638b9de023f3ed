/** What a condition says, with absent texts empty. */
export interface Condition {
  type: string
  status: string
  reason: string
  message: string
  observedGeneration: number | undefined
}

/** The whole number at a path of names; undefined for anything else, numbers in quotes included. */
export function numberAt(from: unknown, ...path: string[]): number | undefined {
  const value = valueAt(from, path)
  return Number.isSafeInteger(value) ? (value as number) : undefined
}

/** The text at a path of names; undefined for anything else. */
export function textAt(from: unknown, ...path: string[]): string | undefined {
  const value = valueAt(from, path)
  return typeof value === 'string' ? value : undefined
}

/** The boolean at a path of names; undefined for anything else. */
export function flagAt(from: unknown, ...path: string[]): boolean | undefined {
  const value = valueAt(from, path)
  return typeof value === 'boolean' ? value : undefined
}

/** The list at a path of names; empty for anything else. */
export function listOf(from: unknown, ...path: string[]): unknown[] {
  const value = valueAt(from, path)
  return Array.isArray(value) ? value : []
}

/** The condition of a type, in `status.conditions`. */
export function conditionOf(from: unknown, type: string): Condition | undefined {
  const found = listOf(from, 'status', 'conditions').find(one => textAt(one, 'type') === type)
  if (found === undefined) return undefined
  return {
    type,
    status: textAt(found, 'status') ?? '',
    reason: textAt(found, 'reason') ?? '',
    message: textAt(found, 'message') ?? '',
    observedGeneration: numberAt(found, 'observedGeneration'),
  }
}

/** Reason and message, or what of them there is; the fallback where a condition explains nothing. */
export function explain(fallback: string, ...parts: (string | undefined)[]): string {
  return parts.filter(part => part?.trim()).join(': ') || fallback
}

/** Texts of a cluster come from anyone: one line of bearable length, and nothing that steers a terminal. */
export function oneLine(text: string): string {
  const line = text
    .slice(0, 4 * longest)
    .replace(/[\s\p{Cc}\p{Cf}]+/gu, ' ')
    .trim()
  return line.length > longest ? `${line.slice(0, longest - 1)}…` : line
}

const longest = 240

function valueAt(from: unknown, path: readonly string[]): unknown {
  let value = from
  for (const name of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined
    value = (value as Record<string, unknown>)[name]
  }
  return value
}
