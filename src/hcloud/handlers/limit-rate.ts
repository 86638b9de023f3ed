import type { Context } from '../../context.js'
import type { Link, Reply } from '../call.js'

/** So many calls are left to others of the same project: its cloud controller and CSI driver share the limit. */
const reserve = 50
const hour = 3_600_000

/**
 * Slows down before the project's limit is reached: with few calls left, no more go out than come back, which is one a
 * second with the usual limit: https://docs.hetzner.cloud/reference/cloud#description/rate-limiting. `RateLimit-Reset`
 * is of no use here: it tells when the limit is whole again, which may be in an hour.
 */
export function limitRate({ now, sleep }: Pick<Context, 'now' | 'sleep'>): Link {
  let left = Number.POSITIVE_INFINITY
  let underway = 0
  let refill = 1000
  let nextTurn = 0
  return next => async sent => {
    if (left - underway < reserve) {
      const turn = Math.max(now(), nextTurn)
      nextTurn = turn + refill
      if (turn > now()) await sleep(turn - now())
    }
    underway += 1
    try {
      const reply = await next(sent)
      left = headerOf(reply, 'ratelimit-remaining') ?? left
      refill = hour / (headerOf(reply, 'ratelimit-limit') || hour / refill)
      return reply
    } finally {
      underway -= 1
    }
  }
}

function headerOf({ headers }: Reply, name: string): number | undefined {
  const text = headers.get(name)
  return text !== null && /^\d+$/.test(text) ? Number(text) : undefined
}
