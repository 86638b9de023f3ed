import { expect, it } from 'vitest'
import { findCriticalPath } from '../../src/bootstrap/critical-path.js'
import { planRetry } from '../../src/bootstrap/retry.js'

it.each([
  'unknown-kind',
  'webhook',
] as const)('tries again for three minutes, as pods may have to bring it: %s', reason => {
  const delays = Array.from({ length: 15 }, (_, retries) => planRetry([reason], retries)?.delay)
  expect(delays.slice(0, 6)).toEqual([3000, 6000, 9000, 12_000, 15_000, 15_000])
  expect(delays.reduce<number>((sum, delay) => sum + (delay ?? 0), 0)).toBe(180_000)
  expect(delays.at(-1)).toBeUndefined()
})

it.each(['unavailable', 'unreachable'] as const)('tries again six times: %s', reason => {
  expect([0, 1, 2, 3, 4, 5, 6].map(retries => planRetry([reason], retries)?.delay)).toEqual([
    3000,
    6000,
    9000,
    12_000,
    15_000,
    15_000,
    undefined,
  ])
})

it('waits less for a namespace, which nothing has to start for', () => {
  expect([0, 1, 2, 3].map(retries => planRetry(['missing-namespace'], retries)?.delay)).toEqual([
    3000,
    6000,
    9000,
    undefined,
  ])
})

it.each([
  'conflict',
  'immutable',
  'terminating',
  'forbidden',
  'invalid',
  'unexplained',
] as const)('does not try again: %s', reason => {
  expect(planRetry([reason], 0)).toBeUndefined()
  expect(planRetry(['webhook', reason], 0)).toBeUndefined()
})

it('does not try again what was refused for no known reason', () => {
  expect(planRetry([], 0)).toBeUndefined()
})

const graphOf = (...after: number[][]) => ({
  after: after.map(before => new Map(before.map(place => [place, 'dependsOn' as const]))),
  isAwaited: after.map(() => true),
})
const until = (start: number, end: number) => ({ start, end })

it.each([
  ['nothing', graphOf(), [], []],
  ['the one that took longest', graphOf([], []), [until(0, 2), until(0, 5)], [1]],
  [
    'a chain, over what it waited for longest',
    graphOf([], [], [0, 1], []),
    [until(0, 4), until(0, 6), until(6, 9), until(0, 8)],
    [1, 2],
  ],
  ['what was reached', graphOf([], [0]), [until(0, 4), undefined], [0]],
])('finds the critical path: %s', (_what, graph, times, path) => {
  expect(findCriticalPath(graph, times)).toEqual(path)
})
