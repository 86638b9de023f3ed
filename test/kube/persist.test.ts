import { expect, it } from 'vitest'
import { ApiError } from '../../src/kube/api.js'
import { isPassing, persist } from '../../src/kube/persist.js'

/** Attempts that fail with these, one after the other, and then succeed; each sleep moves the clock. */
function attempts(failures: Error[], deadline = 60_000) {
  const over = new AbortController()
  const sleeps: number[] = []
  const troubles: (number | undefined)[] = []
  let now = 0
  const attempt = async () => {
    const failure = failures.shift()
    if (failure) throw failure
    return 'done'
  }
  const run = () =>
    persist(attempt, {
      deadline,
      now: () => now,
      sleep: async milliseconds => {
        sleeps.push(milliseconds)
        now += milliseconds
      },
      signal: over.signal,
      onTrouble: error => troubles.push(error?.status),
    })
  return { run, over, sleeps, troubles }
}

const failure = (status: number) => new ApiError('failed', { status })

it.each([
  [0, true],
  [400, false],
  [401, true],
  [403, false],
  [404, false],
  [408, true],
  [409, false],
  [410, false],
  [422, false],
  [429, true],
  [500, true],
  [502, true],
  [503, true],
  [504, true],
])('%i passes: %s', (status, passes) => {
  expect(isPassing(failure(status))).toBe(passes)
})

it('tries again what passes, with longer and longer pauses', async () => {
  const { run, sleeps, troubles } = attempts([0, 503, 401, 429, 500, 0, 0].map(failure))
  expect(await run()).toBe('done')
  expect(sleeps).toEqual([100, 200, 400, 800, 1600, 3000, 3000])
  expect(troubles).toEqual([0, 503, 401, 429, 500, 0, 0, undefined])
})

it('throws what does not pass, and what is no answer of the API, at once', async () => {
  await expect(attempts([failure(403)]).run()).rejects.toMatchObject({ status: 403 })
  const bug = new TypeError('a bug')
  await expect(attempts([bug]).run()).rejects.toBe(bug)
})

it('throws the last failure when the time is over', async () => {
  const { run, sleeps } = attempts(
    Array.from({ length: 20 }, () => failure(503)),
    1000,
  )
  await expect(run()).rejects.toMatchObject({ status: 503 })
  expect(sleeps).toEqual([100, 200, 400, 800])
})

it('throws the reason of an interrupt instead of what it has brought about', async () => {
  const { run, over } = attempts([failure(0)])
  over.abort(new Error('interrupted'))
  await expect(run()).rejects.toThrow('interrupted')
})
