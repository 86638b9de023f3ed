import { expect, it } from 'vitest'
import { findCriticalPath } from '../../src/bootstrap/critical-path.js'
import { planRetry } from '../../src/bootstrap/retry.js'

it.each([
  ['a kind that is not known', 'no matches for kind "Issuer" in version "cert-manager.io/v1"'],
  ['a kind that is not known, in the words of newer kubectl', 'resource mapping not found for name: "x"'],
  ['a kind that is not known, by its hint', 'ensure CRDs are installed first'],
  ['a webhook without an answer', 'Internal error occurred: failed calling webhook "w": dial tcp: refused'],
])('tries again: %s', (_what, said) => {
  expect([0, 1, 2, 3, 4, 5, 6].map(retries => planRetry(said, retries)?.delay)).toEqual([
    3000,
    6000,
    9000,
    12_000,
    15_000,
    15_000,
    undefined,
  ])
})

it.each([
  ['a webhook that says no', 'admission webhook "w" denied the request: no'],
  ['an immutable field', 'spec.selector: Invalid value: field is immutable'],
  ['a missing right', 'deployments.apps is forbidden: User "u" cannot patch'],
  ['an invalid object', 'Deployment.apps "x" is invalid: spec.replicas'],
  ['a missing namespace', 'namespaces "x" not found'],
  ['nothing', ''],
])('does not try again: %s', (_what, said) => {
  expect(planRetry(said, 0)).toBeUndefined()
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
