import { expect, it } from 'vitest'
import { health } from '../../../src/deploy/health/index.js'
import type { KubeObject } from '../../../src/kube/object.js'

const pod = (status: Record<string, unknown>): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'web-1', creationTimestamp: '2026-01-01T00:00:00Z' },
  status,
})
const waiting = (reason: string, message?: string) => [
  { name: 'web', state: { waiting: { reason, message } } },
]
const ended = (reason: string) => [{ name: 'web', state: { terminated: { reason, exitCode: 1 } } }]
const notReady = {
  type: 'Ready',
  status: 'False',
  reason: 'ContainersNotReady',
  message: 'containers with unready status: [web]',
}

it.each([
  ['it has succeeded', { phase: 'Succeeded' }, 'has completed'],
  ['it runs and is ready', { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] }, 'is ready'],
])('is healthy when %s', (_what, status, message) => {
  expect(health(pod(status))).toEqual({ state: 'healthy', message })
})

it.each([
  ['nothing more', { phase: 'Failed' }, 'has failed'],
  [
    'what its node says',
    { phase: 'Failed', reason: 'Evicted', message: 'low on memory' },
    'Evicted: low on memory',
  ],
  ['its container', { phase: 'Failed', containerStatuses: ended('OOMKilled') }, 'web ended: OOMKilled'],
])('has failed for good once its phase says so, with %s', (_what, status, message) => {
  expect(health(pod(status))).toEqual({ state: 'failed', message, isTerminal: true })
})

it.each([
  ['it has no phase', {}, 'is not scheduled yet'],
  ['it has a phase we do not know', { phase: 'Dancing' }, 'is not scheduled yet'],
  ['it is pending', { phase: 'Pending' }, 'is starting'],
  [
    'it is pending and ready',
    { phase: 'Pending', conditions: [{ type: 'Ready', status: 'True' }] },
    'is starting',
  ],
  ['it runs and says nothing', { phase: 'Running' }, 'is running, not ready'],
  [
    'it runs and is not ready',
    { phase: 'Running', conditions: [notReady] },
    'ContainersNotReady: containers with unready status: [web]',
  ],
  [
    'no node has room for it',
    {
      phase: 'Pending',
      conditions: [
        {
          type: 'PodScheduled',
          status: 'False',
          reason: 'Unschedulable',
          message: '0/3 nodes are available',
        },
      ],
    },
    'Unschedulable: 0/3 nodes are available',
  ],
  [
    'a container is made',
    { phase: 'Pending', containerStatuses: waiting('ContainerCreating') },
    'is starting',
  ],
  ['the first pull fails', { phase: 'Pending', containerStatuses: waiting('ErrImagePull') }, 'is starting'],
  [
    'a container has ended before its restart',
    { phase: 'Running', conditions: [notReady], containerStatuses: ended('Error') },
    'web ended: Error',
  ],
  [
    'an init container has done its work',
    { phase: 'Pending', initContainerStatuses: ended('Completed') },
    'is starting',
  ],
])('progresses while %s', (_what, status, message) => {
  expect(health(pod(status))).toEqual({ state: 'progressing', message })
})

it.each([
  ['CrashLoopBackOff', 'Running'],
  ['ImagePullBackOff', 'Pending'],
  ['ErrImageNeverPull', 'Pending'],
  ['CreateContainerConfigError', 'Pending'],
  ['CreateContainerError', 'Pending'],
  ['RunContainerError', 'Running'],
])('has failed with a container in %s, though not for good', (reason, phase) => {
  const status = { phase, conditions: [notReady], containerStatuses: waiting(reason, 'back-off 10s') }
  expect(health(pod(status))).toEqual({ state: 'failed', message: `web: ${reason}: back-off 10s` })
})

it('sees the crash loop of an init container', () => {
  const status = { phase: 'Pending', initContainerStatuses: waiting('CrashLoopBackOff') }
  expect(health(pod(status))).toEqual({ state: 'failed', message: 'web: CrashLoopBackOff' })
})

it('has failed for good with a name that no image can have, whatever else is wrong', () => {
  const containerStatuses = [...waiting('CrashLoopBackOff'), ...waiting('InvalidImageName', 'bad reference')]
  expect(health(pod({ phase: 'Pending', containerStatuses }))).toEqual({
    state: 'failed',
    message: 'web: InvalidImageName: bad reference',
    isTerminal: true,
  })
})

it('is unknown when its node does not answer', () => {
  expect(health(pod({ phase: 'Unknown' })).state).toBe('unknown')
})
