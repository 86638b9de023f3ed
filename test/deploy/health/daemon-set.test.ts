import { expect, it } from 'vitest'
import { health } from '../../../src/deploy/health/index.js'
import type { KubeObject } from '../../../src/kube/object.js'

const counts = {
  desiredNumberScheduled: 2,
  currentNumberScheduled: 2,
  updatedNumberScheduled: 2,
  numberAvailable: 2,
  numberReady: 2,
}

const daemonSet = (status: object, spec: object = {}): KubeObject => ({
  apiVersion: 'apps/v1',
  kind: 'DaemonSet',
  metadata: { name: 'agent', generation: 2 },
  spec: { updateStrategy: { type: 'RollingUpdate' }, ...spec },
  status: { observedGeneration: 2, ...status },
})

it('is healthy when every node has a new pod that is available', () => {
  expect(health(daemonSet(counts))).toEqual({
    state: 'healthy',
    message: '2 of 2 pods are available',
    progress: { done: 2, all: 2 },
  })
})

it.each([
  ['a node has no pod', { currentNumberScheduled: 1 }, '1 of 2 nodes have a pod', 1],
  ['a pod is not available', { numberAvailable: undefined }, '0 of 2 pods are available', 0],
  ['a pod is not ready', { numberReady: 1 }, '1 of 2 pods are ready', 1],
])('progresses while %s', (_what, status, message, done) => {
  expect(health(daemonSet({ ...counts, ...status }))).toEqual({
    state: 'progressing',
    message,
    progress: { done, all: 2 },
  })
})

it('old pods never make a new rollout ready (helm#12861)', () => {
  expect(health(daemonSet({ ...counts, updatedNumberScheduled: 1 }))).toMatchObject({
    state: 'progressing',
    message: '1 of 2 pods are up to date',
  })
  expect(health(daemonSet({ ...counts, observedGeneration: 1 })).state).toBe('progressing')
})

it('is healthy when it matches no node, as soon as its controller has looked', () => {
  const none = { desiredNumberScheduled: 0, currentNumberScheduled: 0, numberReady: 0 }
  expect(health(daemonSet(none))).toEqual({
    state: 'healthy',
    message: 'no node needs a pod of it',
    progress: { done: 0, all: 0 },
  })
  expect(health(daemonSet({ ...none, observedGeneration: undefined })).state).toBe('progressing')
})

it.each([
  ['observed generation', { ...counts, observedGeneration: undefined }],
  ['number of nodes', { ...counts, desiredNumberScheduled: undefined }],
  ['status', { observedGeneration: undefined }],
])('progresses without an %s', (_what, status) => {
  expect(health(daemonSet(status))).toEqual({
    state: 'progressing',
    message: 'its controller has not seen it yet',
  })
})

it('does not wait for an update that OnDelete leaves to others, but for the pods', () => {
  const spec = { updateStrategy: { type: 'OnDelete' } }
  expect(health(daemonSet({ ...counts, updatedNumberScheduled: 0 }, spec)).state).toBe('healthy')
  expect(health(daemonSet({ ...counts, numberAvailable: 1 }, spec)).state).toBe('progressing')
})
