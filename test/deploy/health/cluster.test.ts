import { expect, it } from 'vitest'
import { health } from '../../../src/deploy/health/index.js'

const object = (apiVersion: string, kind: string, status: object | undefined, spec: object = {}) => ({
  apiVersion,
  kind,
  metadata: { name: 'it' },
  spec: { ...spec },
  ...(status && { status: { ...status } }),
})
const said = (type: string, status: string, reason?: string, message?: string) => ({
  conditions: [{ type, status, reason, message }],
})

it.each([
  ['no status', undefined, { state: 'progressing', message: 'is not established yet' }],
  ['Established True', said('Established', 'True'), { state: 'healthy', message: 'is established' }],
  [
    'Established False while it is installed',
    said('Established', 'False', 'Installing', 'the initial names have been accepted'),
    { state: 'progressing', message: 'Installing: the initial names have been accepted' },
  ],
  [
    'Established False for another reason',
    said('Established', 'False', 'NotAccepted', 'not all names are accepted'),
    { state: 'failed', message: 'NotAccepted: not all names are accepted' },
  ],
  [
    'NamesAccepted False',
    said('NamesAccepted', 'False', 'ListKindConflict', 'ShopList is in use'),
    { state: 'failed', message: 'ListKindConflict: ShopList is in use', isTerminal: true },
  ],
  [
    'NamesAccepted True alone',
    said('NamesAccepted', 'True', 'NoConflicts'),
    { state: 'progressing', message: 'is not established yet' },
  ],
])('judges a CustomResourceDefinition with %s', (_what, status, expected) => {
  expect(health(object('apiextensions.k8s.io/v1', 'CustomResourceDefinition', status))).toEqual(expected)
})

it.each([
  ['no status', undefined, { state: 'progressing', message: 'is not available yet' }],
  ['Available True', said('Available', 'True', 'Local'), { state: 'healthy', message: 'is available' }],
  [
    'Available False',
    said('Available', 'False', 'MissingEndpoints', 'no addresses'),
    { state: 'progressing', message: 'MissingEndpoints: no addresses' },
  ],
])('judges an APIService with %s', (_what, status, expected) => {
  expect(health(object('apiregistration.k8s.io/v1', 'APIService', status))).toEqual(expected)
})

it.each([
  ['no status', undefined, { state: 'progressing', message: 'is not ready' }],
  ['Ready True', said('Ready', 'True'), { state: 'healthy', message: 'is ready' }],
  [
    'Ready False',
    said('Ready', 'False', 'KubeletNotReady', 'cni plugin not initialized'),
    { state: 'progressing', message: 'KubeletNotReady: cni plugin not initialized' },
  ],
  [
    'Ready Unknown',
    said('Ready', 'Unknown', 'NodeStatusUnknown'),
    { state: 'progressing', message: 'NodeStatusUnknown' },
  ],
])('judges a Node with %s', (_what, status, expected) => {
  expect(health(object('v1', 'Node', status))).toEqual(expected)
})

it.each([
  [{ phase: 'Active' }, { state: 'healthy', message: 'exists' }],
  [undefined, { state: 'healthy', message: 'exists' }],
  [{ phase: 'Terminating' }, { state: 'terminating', message: 'is being deleted' }],
])('judges a Namespace with %j', (status, expected) => {
  expect(health(object('v1', 'Namespace', status))).toEqual(expected)
})

it('a disruption budget is never waited for longer than its controller needs to see it', () => {
  const kind = ['policy/v1', 'PodDisruptionBudget'] as const
  expect(health(object(...kind, { currentHealthy: 0, desiredHealthy: 2 }))).toEqual({
    state: 'healthy',
    message: '0 pods are healthy, at least 2 have to be',
  })
  expect(health(object(...kind, undefined))).toEqual({ state: 'healthy', message: 'exists' })
  expect(
    health({ ...object(...kind, { observedGeneration: 1 }), metadata: { name: 'it', generation: 2 } }).state,
  ).toBe('progressing')
})

it.each([
  [{ type: 'LoadBalancer' }, undefined, 'no load balancer address yet'],
  [{ type: 'LoadBalancer' }, { loadBalancer: {} }, 'no load balancer address yet'],
  [
    { type: 'LoadBalancer' },
    { loadBalancer: { ingress: [{ ip: '1.2.3.4' }] } },
    'load balancer address 1.2.3.4',
  ],
  [
    { type: 'LoadBalancer' },
    { loadBalancer: { ingress: [{ hostname: 'lb.example.com' }] } },
    'load balancer address lb.example.com',
  ],
  [{ type: 'ClusterIP' }, undefined, 'exists'],
  [{}, undefined, 'exists'],
])('a Service never blocks, even where nobody gives out load balancers: %j %j', (spec, status, message) => {
  expect(health(object('v1', 'Service', status, spec))).toEqual({ state: 'healthy', message })
})

it.each([
  [undefined, 'exists'],
  [said('ScalingActive', 'True', 'ValidMetricFound'), 'exists'],
  [
    said('ScalingActive', 'False', 'FailedGetResourceMetric', 'no metrics'),
    'FailedGetResourceMetric: no metrics',
  ],
])('an autoscaler never blocks, it only tells: %j', (status, message) => {
  expect(health(object('autoscaling/v2', 'HorizontalPodAutoscaler', status))).toEqual({
    state: 'healthy',
    message,
  })
})
