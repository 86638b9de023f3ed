/** A clock that a test moves: whoever sleeps goes on when it has come so far. */
export function fakeClock(begin = 0) {
  let now = begin
  const sleepers = new Set<{ at: number; wake: () => void }>()
  const settle = () => new Promise<void>(resolve => setImmediate(resolve))
  return {
    now: () => now,
    today: () => new Date(now),
    sleep: (milliseconds: number, signal?: AbortSignal) =>
      new Promise<void>((resolve, reject) => {
        const sleeper = { at: now + milliseconds, wake: resolve }
        sleepers.add(sleeper)
        signal?.addEventListener('abort', () => {
          sleepers.delete(sleeper)
          reject(signal.reason)
        })
      }),
    /** Resolves as soon as somebody sleeps. */
    slept: async () => {
      while (sleepers.size === 0) await settle()
    },
    /** Lets that time pass, moment by moment, and everything happen that is due meanwhile. */
    pass: async (milliseconds: number) => {
      const end = now + milliseconds
      await settle()
      for (;;) {
        const next = [...sleepers].sort((one, other) => one.at - other.at)[0]
        if (!next || next.at > end) break
        sleepers.delete(next)
        now = Math.max(now, next.at)
        next.wake()
        await settle()
      }
      now = end
    },
  }
}
