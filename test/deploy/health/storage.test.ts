import { expect, it } from 'vitest'
import { health } from '../../../src/deploy/health/index.js'

const bindingModes = new Map([
  ['local', 'WaitForFirstConsumer'],
  ['network', 'Immediate'],
])

const claim = (phase: string | undefined, storageClassName?: string, annotations = {}) => ({
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { name: 'files', annotations },
  spec: { storageClassName },
  status: { phase },
})

it.each([
  ['bound', claim('Bound', 'network'), { state: 'healthy', message: 'is bound' }],
  ['lost', claim('Lost', 'network'), { state: 'failed', message: 'its volume is lost' }],
  [
    'pending',
    claim('Pending', 'network'),
    { state: 'progressing', message: 'is not bound, its storage class is network' },
  ],
  [
    'new, of a class nobody knows',
    claim(undefined, 'gone'),
    { state: 'progressing', message: 'is not bound, its storage class is gone' },
  ],
  [
    'pending without a class',
    claim('Pending'),
    { state: 'progressing', message: 'is not bound, it names no storage class' },
  ],
  [
    'pending for a volume made by hand',
    claim('Pending', ''),
    { state: 'progressing', message: 'is not bound' },
  ],
])('judges a claim that is %s', (_what, object, expected) => {
  expect(health(object, { bindingModes })).toEqual(expected)
})

it.each([
  ['its field', claim('Pending', 'local')],
  ['no status yet', claim(undefined, 'local')],
  [
    'the older annotation',
    claim('Pending', 'network', { 'volume.beta.kubernetes.io/storage-class': 'local' }),
  ],
])('a claim that waits for its first consumer does not block, by %s', (_what, object) => {
  expect(health(object, { bindingModes })).toEqual({
    state: 'healthy',
    message: 'waits for its first consumer',
  })
})

it('is waited for once its consumer has a node', () => {
  const object = claim('Pending', 'local', { 'volume.kubernetes.io/selected-node': 'node-1' })
  expect(health(object, { bindingModes })).toEqual({
    state: 'progressing',
    message: 'is not bound, a volume for node node-1 is being made',
  })
})

it('is waited for when nobody knows how its class binds', () => {
  expect(health(claim('Pending', 'local')).state).toBe('progressing')
})

it.each([
  [{ phase: 'Available' }, { state: 'healthy', message: 'is available' }],
  [{ phase: 'Bound' }, { state: 'healthy', message: 'is bound' }],
  [{ phase: 'Released' }, { state: 'healthy', message: 'is released' }],
  [{}, { state: 'healthy', message: 'exists' }],
  [{ phase: 'Pending' }, { state: 'progressing', message: 'is not available yet' }],
  [
    { phase: 'Failed', reason: 'VolumeFailedDelete', message: 'still attached' },
    { state: 'failed', message: 'could not be reclaimed: VolumeFailedDelete: still attached' },
  ],
])('judges a volume with %j', (status, expected) => {
  expect(health({ apiVersion: 'v1', kind: 'PersistentVolume', metadata: { name: 'pv' }, status })).toEqual(
    expected,
  )
})
