import { readFileSync, statSync } from 'node:fs'
import { LineCounter, parseDocument } from 'yaml'
import { messageOf, type Problem } from '../../errors.js'
import { deepest, explainParser, findMistakes, lineTooDeep, maxAliasCount } from './mistakes.js'
import { type KeyPath, offsetOf, textOf } from './place.js'

/** A YAML file of one document, which remembers where everything stands. */
export interface Source {
  /** What the document says; undefined when `problems` say why it says nothing. */
  value: unknown
  problems: Problem[]
  /** A problem with the value under a path, or with the nearest value above it. `key` points at its key instead. */
  problemAt: (path: KeyPath, problem: Problem, options?: { key?: boolean }) => Problem
  /** The scalar under a path as the file spells it; undefined for anything else. */
  textAt: (path: KeyPath) => string | undefined
}

/** A spec has a few dozen lines; what is much larger is a mistake, and is not even read. */
const largest = 256 * 1024
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
    ...explainParser(error),
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
    return { value, problems, problemAt, textAt: path => textOf(document, path) }
  } catch (error) {
    const why = error instanceof ReferenceError ? 'used in each other, they multiply' : messageOf(error)
    return refused({ file: name, message: `the anchors cannot be resolved: ${why}` })
  }
}

function refused(...problems: Problem[]): Source {
  return { value: undefined, problems, problemAt: (_path, problem) => problem, textAt: () => undefined }
}
