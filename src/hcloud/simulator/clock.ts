import type { Context } from '../../context.js'

type Clock = Pick<Context, 'now' | 'today' | 'sleep'>

interface Sleeper {
  at: number
  wake: () => void
  stop: (reason: unknown) => void
}

/** When a simulation begins, by its own calendar. */
export const epoch = Date.UTC(2026, 9, 1)

/**
 * A clock of its own: as soon as everybody only sleeps, it is the moment at which the first one wakes. `settle` lets
 * everything that is ready go on, and `signal` ends every sleep.
 */
export function virtualClock(settle: () => Promise<void>, signal: AbortSignal): Clock {
  const sleepers = new Set<Sleeper>()
  let now = 0
  let isMoving = false

  async function move(): Promise<void> {
    isMoving = true
    for (;;) {
      await settle()
      const [first, ...others] = sleepers
      if (!first) break
      // Of two that wake at the same moment, the one that went to sleep first.
      const next = others.reduce((one, other) => (other.at < one.at ? other : one), first)
      now = next.at
      next.wake()
    }
    isMoving = false
  }

  signal.addEventListener('abort', () => {
    for (const sleeper of [...sleepers]) sleeper.stop(signal.reason)
  })

  return {
    now: () => now,
    today: () => new Date(epoch + now),
    sleep: (milliseconds, own) =>
      new Promise((resolve, reject) => {
        signal.throwIfAborted()
        own?.throwIfAborted()
        const leave = () => {
          sleepers.delete(sleeper)
          own?.removeEventListener('abort', stop)
        }
        const stop = () => sleeper.stop(own?.reason)
        const sleeper: Sleeper = {
          at: now + milliseconds,
          wake: () => {
            leave()
            resolve()
          },
          stop: reason => {
            leave()
            reject(reason)
          },
        }
        own?.addEventListener('abort', stop)
        sleepers.add(sleeper)
        if (!isMoving) void move()
      }),
  }
}
