import type { Context } from '../../context.js'

/** Lets one wait for something to happen, or for time to pass. A ring before the wait counts too. */
export interface Bell {
  ring: () => void
  /** Throws the reason of the context's signal, or that of a failure. */
  wait: (milliseconds: number) => Promise<void>
  /** Has the wait, and every later one, throw. */
  fail: (error: unknown) => void
}

export function createBell({ sleep }: Pick<Context, 'sleep'>): Bell {
  let failure: { error: unknown } | undefined
  let hasRung = false
  let wake: (() => void) | undefined
  const ring = () => {
    hasRung = true
    wake?.()
  }
  return {
    ring,
    fail: error => {
      failure ??= { error }
      ring()
    },
    wait: async milliseconds => {
      if (!hasRung) {
        const over = new AbortController()
        const rung = new Promise<void>(resolve => {
          wake = resolve
        })
        try {
          await Promise.race([rung, sleep(milliseconds, over.signal)])
        } finally {
          over.abort()
        }
      }
      hasRung = false
      if (failure) throw failure.error
    },
  }
}
