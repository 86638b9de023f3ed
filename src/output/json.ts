import { describeError, type Problem } from '../errors.js'
import type { Output, Terminal } from './output.js'

/** One document on stdout, whatever happened; nothing else on either stream. */
export function jsonOutput({ stdout }: Pick<Terminal, 'stdout'>): Output {
  const warnings: Problem[] = []
  let data: Record<string, unknown> = {}
  let failure: Error | undefined
  return {
    event: event => {
      if (event.type !== 'warning') return
      const { type, ...problem } = event
      warnings.push(problem)
    },
    result: result => {
      data = result.data
    },
    error: error => {
      failure = error
    },
    end: () => {
      const document = {
        ok: failure === undefined,
        ...data,
        warnings,
        ...(failure && { error: describeError(failure) }),
      }
      stdout.write(`${JSON.stringify(document, null, 2)}\n`)
    },
  }
}
