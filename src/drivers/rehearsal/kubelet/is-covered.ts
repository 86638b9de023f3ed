/**
 * Whether a patch with `wanted` would change nothing of `current`. What only `current` has is left alone, since the API
 * server adds to what it is sent; `null` asks for a field to be absent; lists of conditions are merged by their type.
 */
export function isCovered(wanted: unknown, current: unknown): boolean {
  if (wanted === null || wanted === undefined) return current === undefined || current === null
  if (Array.isArray(wanted)) return Array.isArray(current) && isListCovered(wanted, current)
  if (typeof wanted !== 'object') return wanted === current
  if (typeof current !== 'object' || current === null) return false
  const fields = current as Record<string, unknown>
  return Object.entries(wanted).every(([name, value]) => isCovered(value, fields[name]))
}

function isListCovered(wanted: unknown[], current: unknown[]): boolean {
  const typeOf = (item: unknown) => (item as { type?: unknown } | null)?.type
  if (wanted.length > 0 && wanted.every(item => typeof typeOf(item) === 'string'))
    return wanted.every(item =>
      isCovered(
        item,
        current.find(other => typeOf(other) === typeOf(item)),
      ),
    )
  return wanted.length === current.length && wanted.every((item, index) => isCovered(item, current[index]))
}
