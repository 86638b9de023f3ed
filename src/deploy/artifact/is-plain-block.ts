interface Level {
  column: number
  /** Of a map, those seen so far; a sequence has none. */
  keys?: Set<string>
}

/**
 * Whether a document is certainly YAML, with each key of a map once. It knows the plain block style in which kustomize
 * writes, and says no to all else, which then needs a parser: that takes many times as long.
 */
export function isPlainBlock(document: string): boolean {
  const levels: Level[] = []
  // Whether the line before has left a value open, such as `spec:`.
  let isOpen = true
  // Lines deeper than this belong to a block scalar; its first line says how deep all others must be.
  let scalar: { outside: number; inside?: number } | undefined
  for (const line of document.split('\n')) {
    let column = line.search(/\S/)
    if (column < 0) continue
    if (scalar && column > scalar.outside) {
      scalar.inside ??= column
      if (column < scalar.inside) return false
      continue
    }
    scalar = undefined
    let rest = line.slice(column)
    if (rest.startsWith('#')) continue
    for (let [dash] = /^-(?: +|$)/.exec(rest) ?? []; dash; [dash] = /^-(?: +|$)/.exec(rest) ?? []) {
      if (!enter(levels, { column }, isOpen)) return false
      isOpen = true
      column += dash.length
      rest = rest.slice(dash.length)
    }
    if (rest === '') continue
    const [, key, value = ''] = entry.exec(rest) ?? []
    if (key === undefined) {
      // A scalar may only stand where an item of a sequence has just begun.
      if (!isOpen || levels.at(-1)?.keys || levels.length === 0 || !isScalar(rest)) return false
      if (line.slice(0, column).trim() === '') return false
    } else {
      const map = enter(levels, { column, keys: new Set() }, isOpen)
      if (!map?.keys || map.keys.has(key)) return false
      map.keys.add(key)
      if (value !== '' && !isScalar(value) && !isBlockHead(value)) return false
    }
    const last = key === undefined ? rest : value
    isOpen = last === ''
    if (isBlockHead(last)) {
      // An explicit indentation is counted from the map around it.
      const digit = /\d/.exec(last)?.[0]
      const outside = levels.at(-1)!.column
      scalar = { outside, ...(digit && { inside: outside + Number(digit) }) }
    }
  }
  return levels.length > 0 && levels[0]!.column === 0
}

/** Names of fields, labels and annotations; a quoted one is left to the parser, since it may equal a plain one. */
const entry = /^([\w./][\w./:-]*):(?: +(.*))?$/

/** The level that a line belongs to, with all deeper ones closed; undefined where it fits in none. */
function enter(levels: Level[], wanted: Level, isAfterOpen: boolean): Level | undefined {
  const depth = levels.length
  while (levels.length > 0 && levels.at(-1)!.column > wanted.column) levels.pop()
  // What the line before has left open is a value of the level it stood in.
  const isOpen = isAfterOpen && levels.length === depth
  const top = levels.at(-1)
  const isMap = wanted.keys !== undefined
  if (top?.column === wanted.column) {
    if ((top.keys !== undefined) === isMap) return top
    // Items may stand below the key that they are the value of, not deeper.
    if (!isMap && isOpen) return levels[levels.push(wanted) - 1]
    if (!isMap || levels.at(-2)?.column !== wanted.column) return undefined
    levels.pop()
    return levels.at(-1)
  }
  return isOpen ? levels[levels.push(wanted) - 1] : undefined
}

const isBlockHead = (text: string) => /^[|>](?:[1-9][+-]?|[+-][1-9]?)?$/.test(text)

function isScalar(text: string): boolean {
  if (text === '{}' || text === '[]') return true
  if (text.startsWith('"')) return isJson(text)
  if (text.startsWith("'")) return /^'(?:[^']|'')*'$/.test(text)
  const isPlain = /^(?:[^\s\-?:,[\]{}#&*!|>'"%@`]|[-?:][^\s,[\]{}])/.test(text)
  return isPlain && !/: | #|:$|[\u0000-\u001f\u007f]/.test(text)
}

/** All strings of JSON are such of YAML too. */
function isJson(text: string): boolean {
  try {
    return typeof JSON.parse(text) === 'string'
  } catch {
    return false
  }
}
