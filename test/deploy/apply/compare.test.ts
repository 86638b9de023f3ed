import { expect, it } from 'vitest'
import { compareSeen, isExact, isProof } from '../../../src/deploy/apply/compare.js'
import type { Seen } from '../../../src/deploy/apply/look-up.js'

const seen: Seen = {
  uid: 'one',
  resourceVersion: '5',
  generation: 1,
  labels: {},
  annotations: {},
  deletedAt: undefined,
  appliedAt: '2024-01-01T00:00:00Z',
  othersAt: undefined,
}
const later = { resourceVersion: '6' }
const since = new Date('2024-01-01T00:01:00Z')

it.each<[string, Seen | undefined, Seen | undefined, string]>([
  ['that was not there', undefined, seen, 'created'],
  ['that was not there, and is not known to be', undefined, undefined, 'created'],
  ['that is another one of that name now', seen, { ...seen, ...later, uid: 'two' }, 'created'],
  ['that is gone again', seen, undefined, 'configured'],
  ['of the same version', seen, seen, 'unchanged'],
  ['that only has a new version, as of a status', seen, { ...seen, ...later }, 'unchanged'],
  ['with a new generation', seen, { ...seen, ...later, generation: 2 }, 'configured'],
  ['with other labels', seen, { ...seen, ...later, labels: { a: 'b' } }, 'configured'],
  ['with another annotation', seen, { ...seen, ...later, annotations: { a: 'b' } }, 'configured'],
  [
    'without a generation, applied later',
    seen,
    { ...seen, ...later, appliedAt: '2024-01-01T00:00:01Z' },
    'configured',
  ],
  ['never applied by lo before', { ...seen, appliedAt: undefined }, { ...seen, ...later }, 'configured'],
])('an object %s', (_what, before, after, outcome) => {
  expect(compareSeen(before, after, since)).toBe(outcome)
})

it('an object without a generation that lo has changed a moment before counts as changed again', () => {
  const young = { ...seen, generation: undefined }
  const sameSecond = new Date('2024-01-01T00:00:00.800Z')
  expect(compareSeen(young, { ...young, ...later }, sameSecond)).toBe('configured')
  expect(compareSeen(young, young, sameSecond)).toBe('unchanged')
  expect(compareSeen(young, { ...young, ...later }, since)).toBe('unchanged')
  expect(compareSeen(seen, { ...seen, ...later }, sameSecond)).toBe('unchanged')
})

it.each([
  ['deployment.kubernetes.io/revision', 'unchanged'],
  ['pv.kubernetes.io/bind-completed', 'unchanged'],
  ['volume.beta.kubernetes.io/storage-provisioner', 'unchanged'],
  ['volume.kubernetes.io/selected-node', 'unchanged'],
  ['example.com/deployment.kubernetes.io', 'configured'],
  ['kubernetes.io/description', 'configured'],
])('an annotation %s, new or changed, means %s', (name, outcome) => {
  const after = (value: string) => ({ ...seen, ...later, annotations: { [name]: value } })
  expect(compareSeen(seen, after('x'), since)).toBe(outcome)
  expect(compareSeen(after('x'), { ...after('y'), resourceVersion: '7' }, since)).toBe(outcome)
})

it.each<[string, Seen | undefined, Seen | undefined, boolean]>([
  ['is not there', seen, undefined, false],
  ['is as it was', seen, seen, false],
  ['has another version alone', seen, { ...seen, ...later }, false],
  ['was made by somebody else', undefined, { ...seen, appliedAt: undefined }, false],
  ['was made by lo', undefined, seen, true],
  ['was made again by lo', seen, { ...seen, uid: 'two' }, true],
  ['was changed by lo since', seen, { ...seen, appliedAt: '2024-01-01T00:00:01Z' }, true],
])('of an object that %s, the proof of an apply is judged', (_what, before, after, expected) => {
  expect(isProof(before, after)).toBe(expected)
})

it.each<[string, Seen | undefined, Partial<Seen>, boolean]>([
  ['is what was made, and nobody else has come', undefined, {}, true],
  ['was changed by lo after everybody else', seen, { ...later, othersAt: '2023-12-31T23:59:59Z' }, true],
  [
    'was changed by somebody else in the same second',
    seen,
    { ...later, othersAt: '2024-01-01T00:00:00Z' },
    false,
  ],
  ['was changed by somebody else later', undefined, { othersAt: '2024-01-01T00:00:01Z' }, false],
  ['has not been changed by applying it', { ...seen, othersAt: '2024-02-01T00:00:00Z' }, {}, true],
  ['is another one of that name', { ...seen, uid: 'two' }, { othersAt: '2024-02-01T00:00:00Z' }, false],
  ['was never applied by lo', undefined, { appliedAt: undefined }, false],
])('an object that %s is exactly what was applied: %#', (_what, before, after, expected) => {
  expect(isExact(before, { ...seen, ...after })).toBe(expected)
})
