import { type Document, isAlias, isMap, isScalar, isSeq, type Node, type Pair, type Scalar } from 'yaml'

/** A path of keys and indexes into a YAML document. */
export type KeyPath = readonly PropertyKey[]

/** Where a value begins in the text, or its key; or, when the path leads nowhere, where the last thing on it does. */
export function offsetOf(document: Document.Parsed, path: KeyPath, wantsKey: boolean): number {
  let node: Node | null = document.contents
  let offset = node?.range?.[0] ?? 0
  for (const [index, part] of path.entries()) {
    const pair: Pair<unknown, unknown> | undefined = findPair(document, node, part)
    const key = pair?.key as Node | undefined
    const value: Node | null | undefined = pair ? (pair.value as Node | null) : findItem(document, node, part)
    if (value === undefined) return offset
    const isLast = index === path.length - 1
    const place: Node | null | undefined = (isLast && wantsKey) || !value?.range ? (key ?? value) : value
    offset = place?.range?.[0] ?? offset
    node = value
  }
  return offset
}

/** A scalar as the file spells it: `0123` and `1.10` are numbers, and lose something when they are read as such. */
export function textOf(document: Document.Parsed, path: KeyPath): string | undefined {
  let node: Node | null | undefined = document.contents
  for (const part of path) {
    const pair: Pair<unknown, unknown> | undefined = findPair(document, node ?? null, part)
    node = pair ? (pair.value as Node | null) : findItem(document, node ?? null, part)
  }
  const scalar = resolve(document, node)
  return isScalar(scalar) ? (scalar.source ?? String(scalar.value)) : undefined
}

function resolve(document: Document.Parsed, node: Node | null | undefined): Node | null | undefined {
  return isAlias(node) ? node.resolve(document) : node
}

function findItem(document: Document.Parsed, node: Node | null, part: PropertyKey): Node | undefined {
  const seq = resolve(document, node)
  return isSeq(seq) ? (seq.items[Number(part)] as Node | undefined) : undefined
}

/** The pair of a map, or of a map that it merges in. */
function findPair(document: Document.Parsed, node: Node | null, part: PropertyKey): Pair | undefined {
  const map = resolve(document, node)
  if (!isMap(map)) return undefined
  const named = (name: string) => map.items.find(({ key }) => isScalar(key) && keyName(key) === name)
  const own = named(String(part))
  if (own) return own
  const merged = resolve(document, named('<<')?.value as Node | undefined)
  const sources = isSeq(merged) ? merged.items : [merged]
  return sources.map(source => findPair(document, (source ?? null) as Node | null, part)).find(Boolean)
}

/** A key as the file spells it: the parser has a symbol for `<<`. */
export function keyName({ value }: Scalar): string {
  return typeof value === 'symbol' ? value.description! : String(value)
}
