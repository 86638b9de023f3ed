import type { Context } from '../../../context.js'

/** Says when something is due, with one timer for any number of things. */
export interface Alarm {
  /** Calls for `key` in so many milliseconds, instead of when it was called for before. */
  set: (key: string, milliseconds: number) => void
  clear: (key: string) => void
  /** Goes on until the signal is aborted, and throws its reason. */
  run: (signal: AbortSignal) => Promise<never>
}

const longestNap = 60_000

export function createAlarm(onDue: (key: string) => void, ctx: Pick<Context, 'now' | 'sleep'>): Alarm {
  const due = new Map<string, number>()
  let napsUntil = Number.NEGATIVE_INFINITY
  let wake = () => {}
  const ring = () => {
    const now = ctx.now()
    for (const [key, at] of due) {
      if (at > now) continue
      due.delete(key)
      onDue(key)
    }
  }
  const nap = async (signal: AbortSignal) => {
    const end = new AbortController()
    const now = ctx.now()
    napsUntil = now + longestNap
    for (const at of due.values()) napsUntil = Math.min(napsUntil, at)
    wake = () => end.abort()
    await ctx.sleep(Math.max(1, napsUntil - now), AbortSignal.any([signal, end.signal])).catch(() => {})
    signal.throwIfAborted()
    napsUntil = Number.NEGATIVE_INFINITY
  }
  return {
    set: (key, milliseconds) => {
      const at = ctx.now() + milliseconds
      due.set(key, at)
      if (at < napsUntil) wake()
    },
    clear: key => void due.delete(key),
    run: async signal => {
      for (;;) {
        ring()
        await nap(signal)
      }
    },
  }
}
