import { type Document, parseAllDocuments } from 'yaml'
import { isPlainBlock } from './is-plain-block.js'

/** What is wrong with a document, and where in it: lines and columns count from 1. */
export interface Mistake {
  message: string
  line: number
  column: number
}

/**
 * What keeps a document from being YAML that means the same to everybody; undefined for one that is. A key that stands
 * twice in a map is such a mistake: kubectl would drop one of the two without a word. The text of the document is not
 * repeated, since it may be that of a Secret.
 */
export function findMistake(document: string): Mistake | undefined {
  if (isPlainBlock(document)) return undefined
  const parsed = parseAllDocuments(document, { logLevel: 'error', prettyErrors: false })
  if (!Array.isArray(parsed)) return undefined
  const [error] = parsed.flatMap(({ errors }) => errors)
  if (error) return { message: messages[error.code] ?? error.message, ...placeOf(document, error.pos[0]) }
  if (parsed.length > 1) return { message: 'there are two documents in one', line: 1, column: 1 }
  return parsed.every(canBeRead) ? undefined : { message: 'an alias in it leads nowhere', line: 1, column: 1 }
}

/** Aliases are looked up only when the value is asked for. */
function canBeRead(document: Document): boolean {
  try {
    document.toJS()
    return true
  } catch {
    return false
  }
}

const messages: Partial<Record<string, string>> = { DUPLICATE_KEY: 'this key stands in its map twice' }

function placeOf(document: string, offset: number): Pick<Mistake, 'line' | 'column'> {
  const before = document.slice(0, offset).split('\n')
  return { line: before.length, column: before.at(-1)!.length + 1 }
}
