import { expect, it } from 'vitest'
import { health } from '../../../src/deploy/health/index.js'
import type { KubeObject } from '../../../src/kube/object.js'

const old = { currentRevision: 'db-1', updateRevision: 'db-2' }
const same = { currentRevision: 'db-2', updateRevision: 'db-2' }
const counts = { replicas: 3, readyReplicas: 3, currentReplicas: 3, updatedReplicas: 3 }
const partitioned = (partition: number) => ({
  updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition } },
})

const statefulSet = (status: object, spec: object = partitioned(0)): KubeObject => ({
  apiVersion: 'apps/v1',
  kind: 'StatefulSet',
  metadata: { name: 'db', generation: 2 },
  spec: { replicas: 3, ...spec },
  status: { observedGeneration: 2, ...status },
})

it('is healthy when all replicas are new and ready', () => {
  expect(health(statefulSet({ ...counts, ...same }))).toEqual({
    state: 'healthy',
    message: '3 of 3 replicas are ready',
    progress: { done: 3, all: 3 },
  })
})

it.each([
  ['no replica exists', {}, '0 of 3 replicas exist', 0],
  ['one is not ready', { ...counts, ...same, readyReplicas: 2 }, '2 of 3 replicas are ready', 2],
])('progresses while %s', (_what, status, message, done) => {
  expect(health(statefulSet(status))).toEqual({
    state: 'progressing',
    message,
    progress: { done, all: 3 },
  })
})

it('waits for replicas to end that are too many', () => {
  expect(health(statefulSet({ ...counts, ...same, replicas: 4 }))).toEqual({
    state: 'progressing',
    message: 'waits for 1 replica to end',
  })
})

it('old pods never make a new rollout ready (helm#12861)', () => {
  expect(health(statefulSet({ ...counts, ...old, updatedReplicas: 1 }))).toMatchObject({
    state: 'progressing',
    message: '1 of 3 replicas are up to date',
  })
  expect(health(statefulSet({ ...counts, ...same, observedGeneration: 1 }))).toMatchObject({
    state: 'progressing',
    message: 'observed generation 1, waiting for 2',
  })
})

it('never passes at once with an image that does not exist (skaffold#8252)', () => {
  expect(health(statefulSet({ replicas: 1, currentReplicas: 1, updatedReplicas: 1, ...same })).state).toBe(
    'progressing',
  )
})

it('is healthy with zero replicas (garden#655)', () => {
  expect(health(statefulSet({}, { replicas: 0 }))).toMatchObject({
    state: 'healthy',
    message: 'no replicas are wanted',
  })
})

it.each([
  [2, 0, 'progressing', '0 of 1 replicas of partition 2 are up to date'],
  [2, 1, 'healthy', '3 of 3 replicas are ready'],
  [1, 1, 'progressing', '1 of 2 replicas of partition 1 are up to date'],
  [3, 0, 'healthy', '3 of 3 replicas are ready'],
  [9, 0, 'healthy', '3 of 3 replicas are ready'],
])('with partition %i and %i updated replicas it is %3$s', (partition, updatedReplicas, state, message) => {
  const status = { ...counts, ...old, updatedReplicas }
  expect(health(statefulSet(status, partitioned(partition)))).toMatchObject({ state, message })
})

it.each([
  ['another revision is the newest', old, 'its current revision is not the newest one'],
  [
    'pods of another one are left',
    { ...same, currentReplicas: 1 },
    '1 of 3 replicas are of the current revision',
  ],
])('without a partition the revisions decide: progresses while %s', (_what, status, message) => {
  expect(health(statefulSet({ ...counts, ...status }, {}))).toMatchObject({ state: 'progressing', message })
})

it('is healthy without a partition when all is of the newest revision', () => {
  expect(health(statefulSet({ ...counts, ...same }, {})).state).toBe('healthy')
})

it('does not wait for an update that OnDelete leaves to others (skaffold#7589)', () => {
  const spec = { updateStrategy: { type: 'OnDelete' } }
  expect(health(statefulSet({ ...counts, ...old, updatedReplicas: 0, readyReplicas: 1 }, spec))).toEqual({
    state: 'healthy',
    message: 'updates when its pods are deleted',
  })
})

it('waits for the first pods even with OnDelete, as they need nobody', () => {
  const spec = { updateStrategy: { type: 'OnDelete' } }
  expect(health(statefulSet({ ...same, replicas: 3, readyReplicas: 1 }, spec)).message).toBe(
    '1 of 3 replicas are ready',
  )
  expect(health(statefulSet({ ...same, replicas: 3, readyReplicas: 3 }, spec)).state).toBe('healthy')
})
