/** Known races: they pass by themselves once what was applied a moment ago has come up. */
const races: readonly { pattern: RegExp; what: string }[] = [
  {
    pattern: /no matches for kind|resource mapping not found|ensure CRDs are installed first/,
    what: 'a kind is not known yet',
  },
  // kubectl and the API server say this of an admission or conversion webhook that does not answer.
  {
    pattern: /failed calling webhook|conversion webhook for .* failed/,
    what: 'a webhook does not answer yet',
  },
]

const mostRetries = 6
const shortest = 3000
const longest = 15_000

/** When to try again what the API server refused, and what it is waited for. Milliseconds. */
export interface Retry {
  delay: number
  what: string
}

/**
 * Whether a refusal is one that is known to pass, and has not been waited for too often: `retries` is how often it was
 * tried again already. The delays grow: 3, 6, 9, 12, 15, 15 seconds. Everything else fails at once.
 */
export function planRetry(said: string, retries: number): Retry | undefined {
  const race = races.find(({ pattern }) => pattern.test(said))
  if (!race || retries >= mostRetries) return undefined
  return { delay: Math.min(shortest * (retries + 1), longest), what: race.what }
}
