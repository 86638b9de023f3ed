import type { Context } from '../../../context.js'
import { messageOf } from '../../../errors.js'
import { backoff } from './backoff.js'

/** Counts failures in a row, and speaks of the first and of the end only. */
export interface Outage {
  /** Milliseconds to wait until the next try. */
  failed: (error: unknown) => number
  over: () => void
}

/** `what` fails, as it begins a sentence: `Watching pods`. */
export function followOutage(what: string, { output }: Pick<Context, 'output'>): Outage {
  let failures = 0
  return {
    failed: error => {
      failures++
      if (failures === 1) output.event({ type: 'warning', message: `${what} fails: ${messageOf(error)}.` })
      return backoff(failures)
    },
    over: () => {
      if (failures > 0) output.event({ type: 'notice', message: `${what} works again.` })
      failures = 0
    },
  }
}
