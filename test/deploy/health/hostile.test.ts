import { expect, it } from 'vitest'
import { health } from '../../../src/deploy/health/index.js'
import type { KubeObject } from '../../../src/kube/object.js'

const kinds = [
  'apps/v1 Deployment',
  'apps/v1 StatefulSet',
  'apps/v1 DaemonSet',
  'apps/v1 ReplicaSet',
  'v1 ReplicationController',
  'v1 Pod',
  'v1 Service',
  'v1 Namespace',
  'v1 Node',
  'v1 PersistentVolume',
  'v1 PersistentVolumeClaim',
  'batch/v1 Job',
  'policy/v1 PodDisruptionBudget',
  'autoscaling/v2 HorizontalPodAutoscaler',
  'apiextensions.k8s.io/v1 CustomResourceDefinition',
  'apiregistration.k8s.io/v1 APIService',
  'example.com/v1 Shop',
  'v1 constructor',
  '/ __proto__',
]

const junk = [
  null,
  undefined,
  true,
  '',
  '3',
  -1,
  0,
  1.5,
  Number.NaN,
  2 ** 53,
  [],
  [null, 1, 'x', [], {}, { type: 1, status: [] }],
  {},
  { type: { constructor: null } },
  JSON.parse('{"__proto__": {"type": "Ready"}, "length": -1, "toString": null}'),
  Object.create(null),
]
const fields = [
  'annotations',
  'conditions',
  'containerStatuses',
  'deletionTimestamp',
  'desiredNumberScheduled',
  'finalizers',
  'generation',
  'ingress',
  'initContainerStatuses',
  'loadBalancer',
  'message',
  'observedGeneration',
  'phase',
  'progressDeadlineSeconds',
  'reason',
  'replicas',
  'rollingUpdate',
  'state',
  'status',
  'storageClassName',
  'suspend',
  'terminated',
  'type',
  'updatedReplicas',
  'updateStrategy',
  'waiting',
]
const words = [
  'Ready',
  'Stalled',
  'Failed',
  'Running',
  'Pending',
  'True',
  'False',
  'OnDelete',
  'LoadBalancer',
]

/** The same numbers each time: a test that fails has to fail again. */
function dice(seed: number) {
  let state = seed
  return (sides: number) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * sides)
  }
}

type Roll = ReturnType<typeof dice>

function anything(roll: Roll, depth: number): unknown {
  const what = depth > 0 ? roll(6) : roll(2)
  if (what === 0) return junk[roll(junk.length)]
  if (what === 1) return words[roll(words.length)]
  if (what === 2) return Array.from({ length: roll(4) }, () => anything(roll, depth - 1))
  return Object.fromEntries(
    Array.from({ length: roll(8) }, () => [fields[roll(fields.length)], anything(roll, depth - 1)]),
  )
}

const states = ['progressing', 'healthy', 'failed', 'terminating', 'unknown']

it.each(kinds)('answers with one line and never throws, whatever an object holds: %s', type => {
  const [apiVersion, kind] = type.split(' ')
  const roll = dice(7)
  const answers = Array.from({ length: 300 }, () => {
    const parts = ['metadata', 'spec', 'status'].map(part => [part, anything(roll, 4)])
    return health({ apiVersion, kind, ...Object.fromEntries(parts) } as unknown as KubeObject)
  })
  expect(answers.filter(({ state }) => !states.includes(state))).toEqual([])
  expect(answers.filter(({ message }) => !/^[^\p{Cc}]{1,240}$/u.test(message))).toEqual([])
})

it.each(junk.map(one => [one]))('takes %j for an object, and for each part of one', part => {
  expect(health(part as never).state).toBe('unknown')
  for (const name of ['apiVersion', 'kind', 'metadata', 'spec', 'status']) {
    const object = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web' }, [name]: part }
    expect(states).toContain(health(object as unknown as KubeObject).state)
  }
})

it.each([
  ['a list that is none', { conditions: 'Ready' }],
  ['an object', { conditions: { type: 'Ready', status: 'False' } }],
  ['nothing', null],
  ['nulls', { conditions: [null, undefined] }],
])('a custom resource whose conditions are %s has none', (_what, status) => {
  const object = { apiVersion: 'example.com/v1', kind: 'Shop', metadata: { name: 'it' }, status }
  expect(health(object as unknown as KubeObject)).toEqual({ state: 'healthy', message: 'exists' })
})

it('a number in quotes is no number', () => {
  const status = { replicas: '1', updatedReplicas: '1', readyReplicas: '1', availableReplicas: '1' }
  const object = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web' }, status }
  expect(health(object).message).toBe('0 of 1 replicas exist')
})
