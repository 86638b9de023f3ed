import type { RefusalReason } from '../deploy/apply/refusal.js'

/** Known races, which pass once what others apply meanwhile has come up, and how often each is worth another try. */
const races: Partial<Record<RefusalReason, { retries: number; what: string }>> = {
  // Three minutes: pods bring these, whose images a new node has to pull first.
  'unknown-kind': { retries: 14, what: 'the cluster does not know a kind yet' },
  webhook: { retries: 14, what: 'a webhook does not answer yet' },
  unavailable: { retries: 6, what: 'the API server is not ready for it' },
  unreachable: { retries: 6, what: 'the API server does not answer' },
  // A namespace comes at once or not at all: nothing has to start first.
  'missing-namespace': { retries: 3, what: 'a namespace is not there yet' },
}

const shortest = 3000
const longest = 15_000

/** When to try again what the cluster refused, and what it is waited for. Milliseconds. */
export interface Retry {
  delay: number
  what: string
}

/**
 * Whether a refusal is one that is known to pass, and has not been waited for too often: `retries` is how often it was
 * tried again already. The delays grow: 3, 6, 9, 12, and then always 15 seconds. Everything else fails at once.
 */
export function planRetry(reasons: readonly RefusalReason[], retries: number): Retry | undefined {
  const known = reasons.map(reason => races[reason])
  const isHopeful = known.length > 0 && known.every(race => race && retries < race.retries)
  if (!isHopeful) return undefined
  return { delay: Math.min(shortest * (retries + 1), longest), what: known[0]!.what }
}
