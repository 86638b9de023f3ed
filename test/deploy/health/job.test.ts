import { expect, it } from 'vitest'
import { health, isWatched } from '../../../src/deploy/health/index.js'
import type { KubeObject } from '../../../src/kube/object.js'

const job = (
  status: Record<string, unknown> | undefined,
  spec: Record<string, unknown> = {},
): KubeObject => ({
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: { name: 'migrate' },
  spec,
  ...(status && { status }),
})
const said = (type: string, more: object = {}) => ({ conditions: [{ type, status: 'True', ...more }] })

it.each([
  ['is complete', said('Complete'), {}, 'has completed'],
  ['has met its success criteria', said('SuccessCriteriaMet'), {}, 'has completed'],
  ['says that it is suspended', said('Suspended'), {}, 'is suspended'],
  ['is complete and suspended', said('Complete'), { suspend: true }, 'has completed'],
])('is healthy when it %s', (_what, status, spec, message) => {
  expect(health(job(status, spec))).toEqual({ state: 'healthy', message })
})

it('a suspended job and a cron job are ready at once (tilt#2136)', () => {
  expect(health(job(undefined, { suspend: true }))).toEqual({ state: 'healthy', message: 'is suspended' })
  const cronJob = { apiVersion: 'batch/v1', kind: 'CronJob', metadata: { name: 'nightly', generation: 1 } }
  expect(health(cronJob)).toEqual({ state: 'healthy', message: 'exists' })
  expect(isWatched({ group: 'batch', kind: 'CronJob' })).toBe(false)
})

it('a job that is resumed is no longer suspended, whatever its condition still says', () => {
  expect(health(job(said('Suspended'), { suspend: false }))).toEqual({
    state: 'progressing',
    message: 'has not started yet',
  })
})

it.each([
  ['Failed', { reason: 'BackoffLimitExceeded', message: 'too many' }, 'BackoffLimitExceeded: too many'],
  ['Failed', {}, 'has failed'],
  ['FailureTarget', { reason: 'PodFailurePolicy' }, 'PodFailurePolicy'],
])('has failed for good once it is %s', (type, more, message) => {
  expect(health(job(said(type, more)))).toEqual({ state: 'failed', message, isTerminal: true })
})

it('a condition that is not true decides nothing', () => {
  const conditions = ['Complete', 'Failed', 'Suspended'].map(type => ({ type, status: 'False' }))
  expect(health(job({ conditions })).message).toBe('has not started yet')
})

it.each([
  ['it has no status', undefined, {}, { message: 'has not started yet' }],
  [
    'it runs',
    { startTime: '2026-01-01T00:00:00Z', active: 1 },
    {},
    { message: '0 of 1 pods have succeeded, 1 active', progress: { done: 0, all: 1 } },
  ],
  [
    'some of its pods have failed',
    { startTime: '2026-01-01T00:00:00Z', active: 2, succeeded: 3, failed: 1 },
    { completions: 5, parallelism: 2 },
    { message: '3 of 5 pods have succeeded, 2 active, 1 failed', progress: { done: 3, all: 5 } },
  ],
  [
    'it has no fixed number of completions',
    { startTime: '2026-01-01T00:00:00Z' },
    { parallelism: 2 },
    { message: '0 of 2 pods have succeeded, 0 active', progress: { done: 0, all: 2 } },
  ],
])('progresses while %s', (_what, status, spec, expected) => {
  expect(health(job(status, spec))).toEqual({ state: 'progressing', ...expected })
})
