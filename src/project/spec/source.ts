import { readFileSync, statSync } from 'node:fs'
import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  Lexer,
  LineCounter,
  type Node,
  type Pair,
  parseDocument,
  type Scalar,
  visit,
  type YAMLError,
} from 'yaml'
import { messageOf, type Problem } from '../../errors.js'
import { showName, spellOut } from '../name.js'

/** A path of keys and indexes into a YAML document. */
export type KeyPath = readonly PropertyKey[]

/** A YAML file of one document, which remembers where everything stands. */
export interface Source {
  /** What the document says; undefined when `problems` say why it says nothing. */
  value: unknown
  problems: Problem[]
  /** A problem with the value under a path, or with the nearest value above it. `key` points at its key instead. */
  problemAt: (path: KeyPath, problem: Problem, options?: { key?: boolean }) => Problem
}

/** A spec has a few dozen lines; what is much larger is a mistake, and is not even read. */
const largest = 256 * 1024
/** Deeper than any spec, and far from where a parser runs out of stack. */
const deepest = 60
/** Anchors used inside other anchors multiply: more is a file made to explode. */
const maxAliasCount = 100
/** The first mistakes tell; the hundredth is an echo of the first. */
export const mostProblems = 20
/** A longer line is nothing to look at, and twenty of them are megabytes. */
const longestSource = 2000

/** Reads a YAML 1.2 file with anchors and merge keys. `name` is how problems call the file. */
export function readSource(file: string, name: string): Source {
  const stat = statSync(file)
  if (!stat.isFile()) return refused({ file: name, message: 'this is no file' })
  if (stat.size <= largest) return parseSource(readFileSync(file, 'utf8'), name)
  const message = `the file has ${Math.ceil(stat.size / 1024)} KiB; a spec has at most ${largest / 1024} KiB`
  return refused({ file: name, message })
}

export function parseSource(text: string, name: string): Source {
  const lineCounter = new LineCounter()
  const lines = text.split(/\r?\n/)
  const sourceOf = (line: number) => {
    const source = lines[line - 1] ?? ''
    return source.length > longestSource ? {} : { source }
  }
  const placeOf = (offset: number) => {
    const { line, col } = lineCounter.linePos(offset)
    return { file: name, line, column: col, ...sourceOf(line) }
  }
  const deep = lineTooDeep(text)
  if (deep !== undefined) {
    const message = `nested more than ${deepest} levels deep`
    return refused({ file: name, line: deep, ...sourceOf(deep), message })
  }
  const document = parseDocument(text, { lineCounter, merge: true, prettyErrors: false, uniqueKeys: false })
  const said = [...document.errors, ...document.warnings].map(error => ({
    at: error.pos[0],
    ...explain(error),
  }))
  const found = said.length > 0 ? said : findMistakes(document, offset => lineCounter.linePos(offset).line)
  const problems = found.slice(0, mostProblems).map(({ at, ...problem }) => ({ ...placeOf(at), ...problem }))
  if (problems.length > 0) return { ...refused(), problems }
  if (document.contents === null) return refused({ file: name, message: 'the file is empty' })
  try {
    // The parser counts the anchor itself as well.
    const value: unknown = document.toJS({ maxAliasCount: maxAliasCount + 1 })
    const problemAt: Source['problemAt'] = (path, problem, { key = false } = {}) => ({
      ...placeOf(offsetOf(document, path, key)),
      ...problem,
    })
    return { value, problems, problemAt }
  } catch (error) {
    const why = error instanceof ReferenceError ? 'used in each other, they multiply' : messageOf(error)
    return refused({ file: name, message: `the anchors cannot be resolved: ${why}` })
  }
}

type Mistake = Problem & { at: number }

/** What a parser lets pass, or finds in quadratic time: keys given twice or no text, aliases of nothing, too many. */
function findMistakes(document: Document.Parsed, lineOf: (offset: number) => number): Mistake[] {
  const mistakes: Mistake[] = []
  const anchors = new Set<string>()
  let aliases = 0
  visit(document, {
    Node: (_key, node, path) => {
      const at = (node as Node).range?.[0] ?? 0
      if ('anchor' in node && node.anchor) anchors.add(node.anchor)
      if (!isAlias(node)) return undefined
      aliases += 1
      if (!anchors.has(node.source))
        mistakes.push({ at, message: `there is no anchor &${spellOut(node.source)} above this line` })
      else if (path.includes(node.resolve(document) as Node))
        mistakes.push({ at, message: `the anchor &${spellOut(node.source)} contains itself` })
      if (aliases <= maxAliasCount) return undefined
      mistakes.push({ at, message: `more than ${maxAliasCount} aliases` })
      return visit.BREAK
    },
    Map: (_key, map) => {
      const seen = new Map<string, number>()
      for (const { key } of map.items) {
        const at = (key as Node | null)?.range?.[0] ?? 0
        if (!isScalar(key)) {
          mistakes.push({ at, message: 'a key is plain text, and not a map, a list or an alias' })
          continue
        }
        const name = keyName(key)
        const first = seen.get(name)
        if (first === undefined) seen.set(name, at)
        else
          mistakes.push({
            at,
            message: `the key ${showName(name)} stands in this map already, on line ${lineOf(first)}`,
          })
      }
      const anchor = map.anchor
      if (anchor) anchors.add(anchor)
    },
  })
  return mistakes.sort((one, other) => one.at - other.at)
}

function refused(...problems: Problem[]): Source {
  return { value: undefined, problems, problemAt: (_path, problem) => problem }
}

const longestMessage = 200

/** The parser's own words, where they are good enough for somebody who did not write the parser. */
function explain({ code, message }: YAMLError): Problem {
  switch (code) {
    case 'MULTIPLE_DOCS':
      return { message: 'a second document begins here, and a spec is one document' }
    case 'TAB_AS_INDENT':
      return { message: 'a tab cannot indent YAML', hint: 'use spaces' }
    default:
      return { message: spellOut(message.charAt(0).toLowerCase() + message.slice(1, longestMessage)) }
  }
}

/**
 * The first line that opens a level too many, found on tokens alone: the parser proper is recursive, and takes
 * a gigabyte for a megabyte of brackets.
 */
function lineTooDeep(text: string): number | undefined {
  let line = 1
  let brackets = 0
  let dashes = 0
  let isContent = false
  for (const token of new Lexer().lex(text)) {
    const wasMark = isContent
    isContent = token === scalarMark
    if (!wasMark) {
      if (token === '[' || token === '{') brackets += 1
      if (token === ']' || token === '}') brackets -= 1
      if (token === '-' || token === '?') dashes += 1
      if (brackets + dashes > deepest) return line
    }
    if (!token.includes('\n')) continue
    line += token.split('\n').length - 1
    dashes = 0
  }
  return undefined
}

/** The lexer puts this before the content of every scalar. */
const scalarMark = '\x1f'

function offsetOf(document: Document.Parsed, path: KeyPath, wantsKey: boolean): number {
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

function resolve(document: Document.Parsed, node: Node | null | undefined): Node | null | undefined {
  return isAlias(node) ? node.resolve(document) : node
}

function findItem(document: Document.Parsed, node: Node | null, part: PropertyKey): Node | undefined {
  const seq = resolve(document, node)
  return isSeq(seq) ? (seq.items[Number(part)] as Node | undefined) : undefined
}

/** A key as the file spells it: the parser has a symbol for `<<`. */
function keyName({ value }: Scalar): string {
  return typeof value === 'symbol' ? value.description! : String(value)
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
