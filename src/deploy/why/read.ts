/**
 * Readers for objects of unknown shape: what is not as expected reads as empty. Any cluster may hold objects that
 * follow no schema, and an explanation must never be the reason for a crash.
 */
export type Fields = Record<string, unknown>

export function at(value: unknown, ...path: string[]): unknown {
  let found = value
  for (const name of path) found = isFields(found) ? found[name] : undefined
  return found
}

export function textAt(value: unknown, ...path: string[]): string {
  const found = at(value, ...path)
  return typeof found === 'string' ? found : ''
}

export function numberAt(value: unknown, ...path: string[]): number {
  const found = at(value, ...path)
  return typeof found === 'number' && Number.isFinite(found) ? found : 0
}

/** The objects of a list. */
export function listAt(value: unknown, ...path: string[]): Fields[] {
  const found = at(value, ...path)
  return Array.isArray(found) ? found.filter(isFields) : []
}

export function textsAt(value: unknown, ...path: string[]): string[] {
  const found = at(value, ...path)
  return Array.isArray(found) ? found.filter(one => typeof one === 'string') : []
}

/** Milliseconds since 1970. */
export function timeAt(value: unknown, ...path: string[]): number | undefined {
  const time = Date.parse(textAt(value, ...path))
  return Number.isNaN(time) ? undefined : time
}

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
