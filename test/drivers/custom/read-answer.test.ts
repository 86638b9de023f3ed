import { expect, it } from 'vitest'
import { readStatus } from '../../../src/drivers/custom/read-answer.js'

it.each([
  ['absent', ['absent', 'NotFound', 'not found', 'NotProvisioned', 'Deleted', 'missing']],
  ['stopped', ['stopped', 'Paused', 'EXITED']],
  ['running', ['running', 'Running', 'Ready', 'Provisioned', 'Active']],
  ['degraded', ['degraded', 'Provisioning', 'Pending', 'Failed', 'Unknown', 'not-ready']],
] as const)('has one word, %s, for all that drivers say', (state, words) => {
  for (const word of words) expect(readStatus(word).state).toBe(state)
})

it('knows what is missing, and where nothing is said, in which state all is', () => {
  expect(readStatus(['degraded', 'server 1', 'server 2'])).toEqual({
    state: 'degraded',
    missing: ['server 1', 'server 2'],
  })
  expect(readStatus(['Unknown'])).toEqual({ state: 'degraded', missing: ['unknown'] })
  expect(readStatus({ state: 'running' })).toEqual({ state: 'running', missing: [] })
})

it.each([
  [''],
  ['fine'],
  [[]],
  [null],
  [7],
  [{ state: 'running', missing: 'a' }],
  [{ state: 'running', missing: [1] }],
])('does not guess what %j means', answer => {
  expect(() => readStatus(answer)).toThrow('answers absent, stopped, degraded or running')
})
