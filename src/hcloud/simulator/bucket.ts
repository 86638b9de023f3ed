/** How many calls a project may make: https://docs.hetzner.cloud/reference/cloud#description/rate-limiting. */
export interface Bucket {
  /** Takes one call out; whether there was one. */
  take: (now: number) => boolean
  headers: (now: number) => Record<string, string>
}

/** `limit` calls an hour: a full bucket of them at first, refilled all along. `date` turns a moment into a date. */
export function fillBucket(limit: number, date: (now: number) => Date): Bucket {
  const perMillisecond = limit / 3_600_000
  let level = limit
  let at = 0
  const refill = (now: number) => {
    level = Math.min(limit, level + (now - at) * perMillisecond)
    at = now
  }
  return {
    take: now => {
      refill(now)
      if (level < 1) return false
      level -= 1
      return true
    },
    headers: now => {
      refill(now)
      const full = now + (limit - level) / perMillisecond
      return {
        'RateLimit-Limit': String(limit),
        'RateLimit-Remaining': String(Math.floor(level)),
        'RateLimit-Reset': String(Math.ceil(date(full).getTime() / 1000)),
      }
    },
  }
}
