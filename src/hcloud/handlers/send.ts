import type { Context } from '../../context.js'
import type { Call, Handler } from '../call.js'
import { type Failure, ownCodes } from '../failure.js'
import { HcloudError } from '../hcloud-error.js'

export type Wire = Pick<Context, 'fetch' | 'sleep' | 'signal'>

/** Milliseconds until the whole answer must be there. */
const longest = 30_000

/** The end of the chain: over the wire and back. Throws the reason of the context's signal when that is aborted. */
export function send(endpoint: string, wire: Wire): Handler {
  return async sent => {
    const { method, headers, body } = sent
    try {
      return await inTime(wire, async signal => {
        const response = await wire.fetch(addressOf(endpoint, sent), {
          method,
          headers: { ...headers, ...(body !== undefined && { 'Content-Type': 'application/json' }) },
          ...(body !== undefined && { body: JSON.stringify(body) }),
          // Never followed: wherever it leads, the token does not go there.
          redirect: 'manual',
          signal,
        })
        return { status: response.status, headers: response.headers, text: await response.text() }
      })
    } catch (error) {
      wire.signal.throwIfAborted()
      throw new HcloudError(failureOf(error), sent)
    }
  }
}

function addressOf(endpoint: string, { path, query = {} }: Call): string {
  const parameters = Object.entries(query).flatMap(([name, value]) =>
    [value].flat().flatMap((one): [string, string][] => (one === undefined ? [] : [[name, String(one)]])),
  )
  return `${endpoint}${path}${parameters.length > 0 ? `?${new URLSearchParams(parameters)}` : ''}`
}

class TimedOut extends Error {}

async function inTime<Value>(
  { sleep, signal }: Wire,
  work: (signal: AbortSignal) => Promise<Value>,
): Promise<Value> {
  const [late, done] = [new AbortController(), new AbortController()]
  const timer = sleep(longest, done.signal).then(
    () => {
      late.abort(new TimedOut())
      throw new TimedOut()
    },
    // The work is over, or the whole of lo is.
    () => new Promise<never>(() => {}),
  )
  try {
    return await Promise.race([work(AbortSignal.any([signal, late.signal])), timer])
  } finally {
    done.abort()
  }
}

/** Errors of the system that say that nothing has been sent. */
const unsent = [
  'ENOTFOUND',
  'EAI_AGAIN',
  'ECONNREFUSED',
  'ENETUNREACH',
  'EHOSTUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]

/** The words of `fetch` itself are not shown: they may hold what was sent. */
function failureOf(thrown: unknown): Failure {
  if (thrown instanceof TimedOut) {
    return { status: 0, code: ownCodes.lost, message: `no answer within ${longest / 1000} seconds` }
  }
  const code = causeCode(thrown)
  return {
    status: 0,
    code: unsent.includes(code) ? ownCodes.unreachable : ownCodes.lost,
    message: unsent.includes(code)
      ? `the API cannot be reached: ${code}`
      : `the connection ended before the answer came${code && `: ${code}`}`,
  }
}

function causeCode(thrown: unknown): string {
  const { code, cause } = (thrown ?? {}) as { code?: unknown; cause?: { code?: unknown } }
  const named = cause?.code ?? code
  return typeof named === 'string' && /^[A-Z][A-Z_]+$/.test(named) ? named : ''
}
