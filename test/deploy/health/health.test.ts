import { expect, it } from 'vitest'
import { health, isWatched } from '../../../src/deploy/health/index.js'
import type { KubeObject, Metadata } from '../../../src/kube/object.js'

const shop = (status?: object, metadata: Partial<Metadata> = {}): KubeObject => ({
  apiVersion: 'example.com/v1',
  kind: 'Shop',
  metadata: { name: 'it', ...metadata },
  ...(status && { status: { ...status } }),
})
const said = (type: string, status: string, more: object = {}) => ({ type, status, ...more })
const why = { reason: 'Waiting', message: 'for the bank' }

it.each([
  ['no status', undefined],
  ['no conditions', { phase: 'Pending' }],
  ['conditions it does not know', { conditions: [said('Accepted', 'False', why)] }],
  ['nothing abnormal', { conditions: [said('Stalled', 'False'), said('Reconciling', 'False')] }],
])('a custom resource is healthy with %s', (_what, status) => {
  expect(health(shop(status))).toEqual({ state: 'healthy', message: 'exists' })
})

it.each([
  ['Ready True', [said('Ready', 'True', why)], { state: 'healthy', message: 'is ready' }],
  ['Ready False', [said('Ready', 'False', why)], { state: 'progressing', message: 'Waiting: for the bank' }],
  ['Ready Unknown', [said('Ready', 'Unknown')], { state: 'progressing', message: 'is not ready' }],
  ['Stalled True', [said('Stalled', 'True', why)], { state: 'failed', message: 'Waiting: for the bank' }],
  ['Stalled alone', [said('Stalled', 'True')], { state: 'failed', message: 'is stalled' }],
  [
    'Reconciling True',
    [said('Reconciling', 'True', why)],
    { state: 'progressing', message: 'Waiting: for the bank' },
  ],
  [
    'Ready and Reconciling',
    [said('Ready', 'True'), said('Reconciling', 'True')],
    { state: 'progressing', message: 'is being reconciled' },
  ],
  [
    'Ready and Stalled',
    [said('Ready', 'True'), said('Stalled', 'True')],
    { state: 'failed', message: 'is stalled' },
  ],
])('judges a custom resource with %s', (_what, conditions, expected) => {
  expect(health(shop({ conditions }))).toEqual(expected)
})

it.each([
  ['its status', { observedGeneration: 3, conditions: [said('Ready', 'True')] }],
  ['its condition', { conditions: [said('Ready', 'True', { observedGeneration: 3 })] }],
  [
    'its condition, the status being newer',
    {
      observedGeneration: 4,
      conditions: [said('Ready', 'True', { observedGeneration: 3 })],
    },
  ],
  [
    'an old failure',
    {
      conditions: [
        said('Stalled', 'True', { observedGeneration: 3 }),
        said('Ready', 'False', { observedGeneration: 3 }),
      ],
    },
  ],
])('waits for the newest generation, by %s', (_what, status) => {
  expect(health(shop(status, { generation: 4 }))).toEqual({
    state: 'progressing',
    message: 'observed generation 3, waiting for 4',
  })
})

it('does not wait for conditions that nobody looks at to be of the newest generation', () => {
  const conditions = [
    said('Ready', 'True', { observedGeneration: 4 }),
    said('Old', 'True', { observedGeneration: 1 }),
  ]
  expect(health(shop({ conditions }, { generation: 4 })).state).toBe('healthy')
})

it.each([
  'ConfigMap',
  'Deployment',
  'Shop',
])('what is being deleted is terminating before all else: %s', kind => {
  const metadata = { name: 'it', deletionTimestamp: '2026-01-01T00:00:00Z', generation: 2 }
  const object = {
    apiVersion: kind === 'Deployment' ? 'apps/v1' : 'v1',
    kind,
    metadata,
    status: { observedGeneration: 1 },
  }
  expect(health(object)).toEqual({ state: 'terminating', message: 'is being deleted' })
})

it('says which finalizers hold what is being deleted', () => {
  const metadata = { deletionTimestamp: '2026-01-01T00:00:00Z', finalizers: ['a.example/b', 'kubernetes'] }
  expect(health(shop(undefined, metadata)).message).toBe('is being deleted, held by a.example/b, kubernetes')
})

it('a kind of the same name in another group has no rule but its conditions', () => {
  const metadata = { name: 'it' }
  const status = { conditions: [said('Ready', 'False', why)] }
  expect(health({ apiVersion: 'serving.knative.dev/v1', kind: 'Service', metadata, status }).state).toBe(
    'progressing',
  )
  expect(health({ apiVersion: 'apps.kruise.io/v1', kind: 'StatefulSet', metadata }).state).toBe('healthy')
  expect(isWatched({ group: 'serving.knative.dev', kind: 'Service' })).toBe(true)
})

it('is unknown for an item of a list, which does not say its kind', () => {
  expect(health({ metadata: { name: 'it' } } as unknown as KubeObject)).toEqual({
    state: 'unknown',
    message: 'does not say what it is',
  })
})

it('a message is one short line, whatever the cluster says', () => {
  const message = `a\n\tb\u001b[31m\u202e${'x'.repeat(9999)}`
  const { message: line } = health(shop({ conditions: [said('Ready', 'False', { message })] }))
  expect(line).toMatch(/^a b \[31m x+…$/)
  expect(line).toHaveLength(240)
})

const unwatched = [
  ['', 'ConfigMap'],
  ['', 'LimitRange'],
  ['', 'ResourceQuota'],
  ['', 'Secret'],
  ['', 'Service'],
  ['', 'ServiceAccount'],
  ['admissionregistration.k8s.io', 'MutatingWebhookConfiguration'],
  ['admissionregistration.k8s.io', 'ValidatingWebhookConfiguration'],
  ['autoscaling', 'HorizontalPodAutoscaler'],
  ['batch', 'CronJob'],
  ['gateway.networking.k8s.io', 'Gateway'],
  ['networking.k8s.io', 'Ingress'],
  ['networking.k8s.io', 'NetworkPolicy'],
  ['rbac.authorization.k8s.io', 'ClusterRole'],
  ['rbac.authorization.k8s.io', 'ClusterRoleBinding'],
  ['rbac.authorization.k8s.io', 'Role'],
  ['rbac.authorization.k8s.io', 'RoleBinding'],
  ['scheduling.k8s.io', 'PriorityClass'],
  ['storage.k8s.io', 'StorageClass'],
] as const

it.each(unwatched)('needs no watch, whatever its status says: %s %s', (group, kind) => {
  expect(isWatched({ group, kind })).toBe(false)
  const object = {
    apiVersion: group ? `${group}/v1` : 'v1',
    kind,
    metadata: { name: 'it', generation: 2 },
    spec: { type: 'LoadBalancer' },
    status: { observedGeneration: 1, conditions: [said('Ready', 'False'), said('Stalled', 'True')] },
  }
  expect(health(object).state).toBe('healthy')
})

it.each([
  ['apps', 'Deployment'],
  ['batch', 'Job'],
  ['', 'Pod'],
  ['', 'PersistentVolumeClaim'],
  ['apiextensions.k8s.io', 'CustomResourceDefinition'],
  ['example.com', 'Shop'],
  ['', 'constructor'],
])('is watched: %s %s', (group, kind) => {
  expect(isWatched({ group, kind })).toBe(true)
})
