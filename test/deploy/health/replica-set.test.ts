import { expect, it } from 'vitest'
import { health } from '../../../src/deploy/health/index.js'

const counts = { replicas: 2, fullyLabeledReplicas: 2, availableReplicas: 2, readyReplicas: 2 }
const refused = { type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate', message: 'no quota left' }

const kinds = [
  { apiVersion: 'apps/v1', kind: 'ReplicaSet' },
  { apiVersion: 'v1', kind: 'ReplicationController' },
]

it.each([
  ['healthy', '2 of 2 replicas are available', counts],
  ['progressing', '1 of 2 replicas have the labels of the template', { ...counts, fullyLabeledReplicas: 1 }],
  ['progressing', '1 of 2 replicas are available', { ...counts, availableReplicas: 1 }],
  ['progressing', '1 of 2 replicas are ready', { ...counts, readyReplicas: 1 }],
  ['progressing', 'waits for 1 replica to end', { ...counts, replicas: 3 }],
  ['progressing', 'FailedCreate: no quota left', { ...counts, conditions: [refused] }],
  ['healthy', '2 of 2 replicas are available', { ...counts, conditions: [{ ...refused, status: 'False' }] }],
  ['progressing', '0 of 2 replicas have the labels of the template', undefined],
])('is %s: %s', (state, message, status) => {
  for (const kind of kinds) {
    const object = { ...kind, metadata: { name: 'web' }, spec: { replicas: 2 }, ...(status && { status }) }
    expect(health(object)).toMatchObject({ state, message })
  }
})

it('is healthy with zero replicas', () => {
  const object = { ...kinds[0]!, metadata: { name: 'web' }, spec: { replicas: 0 } }
  expect(health(object)).toMatchObject({ state: 'healthy', message: 'no replicas are wanted' })
})
