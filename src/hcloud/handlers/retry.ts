import type { Context } from '../../context.js'
import type { Link } from '../call.js'
import type { Failure } from '../failure.js'
import { HcloudError } from '../hcloud-error.js'
import { pauseAfter, planRetry } from '../retry-policy.js'

/** A call that has failed in a way that passes, before it is made again. */
export interface Delay {
  /** What it is about, such as `server prod-cp-1`. */
  about: string
  failure: Failure
  /** Milliseconds since it was made first. */
  spent: number
  /** Milliseconds until it is made again. */
  pause: number
}

/** Repeats a call for as long as its failures are of a kind that passes, and gives up in time. */
export function retry(
  { now, sleep }: Pick<Context, 'now' | 'sleep'>,
  { chance, delayed }: { chance: () => number; delayed: (delay: Delay) => void },
): Link {
  return next => async sent => {
    const start = now()
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await next(sent)
      } catch (error) {
        if (!(error instanceof HcloudError)) throw error
        const { verdict, within, rhythm } = planRetry(error.failure, sent)
        const pause = pauseAfter(attempt, rhythm, chance())
        const spent = now() - start
        if (verdict !== 'retry' || spent + pause > within) {
          throw attempt > 1 ? new HcloudError(error.failure, sent, { attempts: attempt }) : error
        }
        delayed({ about: sent.about, failure: error.failure, spent, pause })
        await sleep(pause)
      }
    }
  }
}
