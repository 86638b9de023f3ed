import { expect, it } from 'vitest'
import { health } from '../../../src/deploy/health/index.js'
import type { KubeObject } from '../../../src/kube/object.js'

const counts = { replicas: 3, updatedReplicas: 3, readyReplicas: 3, availableReplicas: 3 }
const available = { type: 'Available', status: 'True', reason: 'MinimumReplicasAvailable' }
const rolledOut = { type: 'Progressing', status: 'True', reason: 'NewReplicaSetAvailable' }
const conditions = [available, rolledOut]

const deployment = (status: object, spec: object = {}): KubeObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', namespace: 'shop', generation: 4 },
  spec: { replicas: 3, progressDeadlineSeconds: 600, ...spec },
  status: { observedGeneration: 4, ...status },
})

it('is healthy when all replicas are new, ready and available', () => {
  expect(health(deployment({ ...counts, conditions }))).toEqual({
    state: 'healthy',
    message: '3 of 3 replicas are available',
    progress: { done: 3, all: 3 },
  })
})

it.each([
  ['no replica exists', {}, '0 of 3 replicas exist', 0],
  ['some replicas exist', { replicas: 2, updatedReplicas: 2 }, '2 of 3 replicas exist', 2],
  ['one is not available', { ...counts, availableReplicas: 2 }, '2 of 3 replicas are available', 2],
  ['one is not ready', { ...counts, readyReplicas: 2 }, '2 of 3 replicas are ready', 2],
])('progresses while %s', (_what, status, message, done) => {
  expect(health(deployment({ ...status, conditions }))).toEqual({
    state: 'progressing',
    message,
    progress: { done, all: 3 },
  })
})

it('old pods never make a new rollout ready (helm#12861)', () => {
  const oldPods = { replicas: 3, readyReplicas: 3, availableReplicas: 3, conditions }
  expect(health(deployment(oldPods))).toMatchObject({
    state: 'progressing',
    message: '0 of 3 replicas are up to date',
  })
  expect(health(deployment({ ...oldPods, replicas: 4, updatedReplicas: 1 }))).toMatchObject({
    state: 'progressing',
    message: '1 of 3 replicas are up to date',
  })
})

it('the status of the previous rollout never makes a new one ready (helm#12861)', () => {
  expect(health(deployment({ ...counts, conditions, observedGeneration: 3 }))).toEqual({
    state: 'progressing',
    message: 'observed generation 3, waiting for 4',
  })
})

it.each([
  [1, 'waits for 1 replica to end'],
  [2, 'waits for 2 replicas to end'],
])('waits for old replicas to end: %i', (more, message) => {
  const status = { ...counts, replicas: 3 + more, readyReplicas: 3 + more, availableReplicas: 3 + more }
  expect(health(deployment({ ...status, conditions }))).toEqual({ state: 'progressing', message })
})

it('wants one replica where the spec says nothing', () => {
  expect(health(deployment({}, { replicas: undefined })).message).toBe('0 of 1 replicas exist')
})

it.each([
  ['nothing else', {}],
  ['its controller unheard of', { observedGeneration: undefined }],
  ['an old failure', { conditions: [{ type: 'Progressing', reason: 'ProgressDeadlineExceeded' }] }],
])('is healthy at once with zero replicas (garden#655), and %s', (_what, status) => {
  expect(health(deployment(status, { replicas: 0 }))).toEqual({
    state: 'healthy',
    message: 'no replicas are wanted',
    progress: { done: 0, all: 0 },
  })
})

it('waits for the last replicas to end when it is scaled to zero', () => {
  expect(health(deployment(counts, { replicas: 0 })).message).toBe('waits for 3 replicas to end')
})

it('has failed when its deadline is exceeded, though not for good', () => {
  const late = {
    type: 'Progressing',
    status: 'False',
    reason: 'ProgressDeadlineExceeded',
    message: 'ReplicaSet "web-1" has timed out progressing.',
  }
  expect(health(deployment({ ...counts, availableReplicas: 0, conditions: [late] }))).toEqual({
    state: 'failed',
    message: 'ProgressDeadlineExceeded: ReplicaSet "web-1" has timed out progressing.',
  })
})

it('says why its pods cannot be made, as long as some are missing', () => {
  const failure = {
    type: 'ReplicaFailure',
    status: 'True',
    reason: 'FailedCreate',
    message: 'pods "web-1" is forbidden: exceeded quota',
  }
  expect(health(deployment({ conditions: [failure] }))).toEqual({
    state: 'progressing',
    message: '0 of 3 replicas exist: FailedCreate: pods "web-1" is forbidden: exceeded quota',
    progress: { done: 0, all: 3 },
  })
  expect(health(deployment({ ...counts, conditions: [...conditions, failure] })).state).toBe('healthy')
})

it.each([
  ['the new replica set is not', [available], 'the new replica set is not available'],
  [
    'the new replica set progresses',
    [available, { ...rolledOut, reason: 'ReplicaSetUpdated', message: 'it is "progressing"' }],
    'ReplicaSetUpdated: it is "progressing"',
  ],
  ['nothing says it is available', [rolledOut], 'is not available'],
  [
    'it says it is not',
    [rolledOut, { type: 'Available', status: 'False', reason: 'MinimumReplicasUnavailable' }],
    'MinimumReplicasUnavailable',
  ],
])('progresses while the counts are right but %s', (_what, said, message) => {
  expect(health(deployment({ ...counts, conditions: said }))).toEqual({ state: 'progressing', message })
})

it.each([
  ['no deadline is set', { progressDeadlineSeconds: undefined }],
  ['the deadline is the number that means none', { progressDeadlineSeconds: 2147483647 }],
  ['it is paused', { paused: true }],
])('does not need to hear of the new replica set when %s', (_what, spec) => {
  expect(health(deployment({ ...counts, conditions: [available] }, spec)).state).toBe('healthy')
})

it('says that a rollout is paused', () => {
  expect(health(deployment({ ...counts, updatedReplicas: 0, conditions }, { paused: true })).message).toBe(
    '0 of 3 replicas are up to date, its rollout is paused',
  )
})
