import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  Lexer,
  type Node,
  visit,
  type YAMLError,
  type YAMLMap,
} from 'yaml'
import type { Problem } from '../../errors.js'
import { showName, spellOut } from '../name.js'
import { keyName } from './place.js'

/** Deeper than any spec, and far from where a parser runs out of stack. */
export const deepest = 60
/** Anchors used inside other anchors multiply: more is a file made to explode. */
export const maxAliasCount = 100

/** What is wrong at an offset of the text. */
export type Mistake = Problem & { at: number }

/** What a parser lets pass, or finds in quadratic time: keys given twice or no text, aliases of nothing, too many. */
export function findMistakes(document: Document.Parsed, lineOf: (offset: number) => number): Mistake[] {
  const mistakes: Mistake[] = []
  const anchors = new Set<string>()
  let aliases = 0
  visit(document, (_key, node, path) => {
    if (isAlias(node)) {
      aliases += 1
      mistakes.push(...mistakesOfAlias(document, node, anchors, path))
      if (aliases <= maxAliasCount) return undefined
      mistakes.push({ at: startOf(node), message: `more than ${maxAliasCount} aliases` })
      return visit.BREAK
    }
    if (isNode(node) && node.anchor) anchors.add(node.anchor)
    if (isMap(node)) mistakes.push(...mistakesOfKeys(node, lineOf))
    return undefined
  })
  return mistakes.sort((one, other) => one.at - other.at)
}

function mistakesOfAlias(
  document: Document,
  alias: Alias,
  anchors: Set<string>,
  path: readonly unknown[],
): Mistake[] {
  const at = startOf(alias)
  const anchor = `anchor &${spellOut(alias.source)}`
  if (!anchors.has(alias.source)) return [{ at, message: `there is no ${anchor} above this line` }]
  return path.includes(alias.resolve(document)) ? [{ at, message: `the ${anchor} contains itself` }] : []
}

function mistakesOfKeys(map: YAMLMap, lineOf: (offset: number) => number): Mistake[] {
  const seen = new Map<string, number>()
  return map.items.flatMap(({ key }) => {
    const at = startOf(key)
    if (!isScalar(key)) return [{ at, message: 'a key is plain text, and not a map, a list or an alias' }]
    const name = keyName(key)
    const first = seen.get(name)
    if (first !== undefined) {
      return [
        { at, message: `the key ${showName(name)} stands in this map already, on line ${lineOf(first)}` },
      ]
    }
    seen.set(name, at)
    return []
  })
}

const startOf = (node: unknown) => (node as Node | null)?.range?.[0] ?? 0

const longestMessage = 200

/** The parser's own words, where they are good enough for somebody who did not write the parser. */
export function explainParser({ code, message }: YAMLError): Problem {
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
export function lineTooDeep(text: string): number | undefined {
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
