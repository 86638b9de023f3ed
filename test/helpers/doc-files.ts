import { readFileSync } from 'node:fs'
import path from 'node:path'

/** The files that a page of docs/ shows: code blocks whose first line is a comment with their path. */
export function filesInDoc(name: string): Record<string, string> {
  const text = readFileSync(path.resolve(import.meta.dirname, '../../docs', name), 'utf8')
  const blocks = [...text.matchAll(/^```\w+\n(?:#|\/\/) (\S+)\n([\s\S]*?)^```$/gm)]
  return Object.fromEntries(blocks.map(([, file, content]) => [file!, content!]))
}
