import type { Context } from '../../context.js'
import type { Link } from '../call.js'
import { HcloudError } from '../hcloud-error.js'
import { pauseAfter, planRetry } from '../retry-policy.js'

/** Repeats a call for as long as its failures are of a kind that passes, and gives up in time. */
export function retry({ now, sleep }: Pick<Context, 'now' | 'sleep'>, chance: () => number): Link {
  return next => async sent => {
    const start = now()
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await next(sent)
      } catch (error) {
        if (!(error instanceof HcloudError)) throw error
        const { verdict, within, rhythm } = planRetry(error.failure, sent)
        const pause = pauseAfter(attempt, rhythm, chance())
        if (verdict !== 'retry' || now() - start + pause > within) {
          throw attempt > 1 ? new HcloudError(error.failure, sent, { attempts: attempt }) : error
        }
        await sleep(pause)
      }
    }
  }
}
