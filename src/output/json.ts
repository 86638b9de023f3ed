import type { Problem } from '../errors.js'
import { LoError } from '../errors.js'
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

/** An error as programs get it. A bug keeps its stack, since that is what a report needs. */
export function describeError(error: Error): Record<string, unknown> {
  if (!(error instanceof LoError)) return { code: 'BUG', message: error.message, detail: error.stack }
  const { code, message, detail, hint, problems } = error
  return { code, message, detail, hint, ...(problems.length > 0 && { problems }) }
}
