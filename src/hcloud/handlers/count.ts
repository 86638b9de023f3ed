import type { Link } from '../call.js'
import { ownCodes } from '../failure.js'
import { HcloudError } from '../hcloud-error.js'

/** How many calls have been made. */
export interface Budget {
  used: number
  readonly most: number
}

/**
 * Counts every call that goes out, repeated ones too, and lets no more out than the budget has: a loop in `lo` must
 * not become a flood at Hetzner's.
 */
export function count(budget: Budget): Link {
  return next => async sent => {
    if (budget.used >= budget.most) {
      const message = `lo has made ${budget.most} calls already and makes no more`
      throw new HcloudError({ status: 0, code: ownCodes.budget, message }, sent)
    }
    budget.used += 1
    return next(sent)
  }
}
