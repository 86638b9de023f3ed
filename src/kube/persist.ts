import { ApiError } from './api.js'

export interface PersistOptions {
  /** By `now`; a failure later than this is thrown. */
  deadline: number
  now: () => number
  sleep: (milliseconds: number, signal?: AbortSignal) => Promise<void>
  signal: AbortSignal
  /** Told about each failure that is tried again, and with undefined when it is over. */
  onTrouble?: (error: ApiError | undefined) => void
}

const pauses = [100, 200, 400, 800, 1600, 3000]

/**
 * Tries again what fails in passing, such as a request to an API server that is being restarted. Throws what waiting
 * does not heal at once, and the last failure when the time is over.
 */
export async function persist<Value>(
  attempt: () => Promise<Value>,
  { deadline, now, sleep, signal, onTrouble }: PersistOptions,
): Promise<Value> {
  for (let round = 0; ; round++) {
    try {
      const value = await attempt()
      if (round > 0) onTrouble?.(undefined)
      return value
    } catch (error) {
      signal.throwIfAborted()
      if (!(error instanceof ApiError) || !isPassing(error) || now() > deadline) throw error
      onTrouble?.(error)
    }
    await sleep(pauses[Math.min(round, pauses.length - 1)]!, signal)
  }
}

/** No answer, overload, and what a restart or a token that is being renewed bring. */
export function isPassing({ status }: ApiError): boolean {
  return status === 0 || status === 401 || status === 408 || status === 429 || status >= 500
}
