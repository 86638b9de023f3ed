import { expect, it } from 'vitest'
import { claimsNothing } from '../../../src/deploy/apply/claims-nothing.js'
import type { Seen } from '../../../src/deploy/apply/look-up.js'
import { configMap, namespace } from '../../helpers/manifests.js'

const seen = { uid: 'a', appliedAt: undefined } as Seen
const account =
  'apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  creationTimestamp: null\n  name: a\n  namespace: "b"\n'

it.each([namespace('a'), account, `# why\n${namespace('a')}`])('knows that %j sets no field', text => {
  expect(claimsNothing({ text }, seen)).toBe(true)
})

it.each([
  configMap('a'),
  `${namespace('a')}  labels: {}\n`,
  `${namespace('a')}spec: {}\n`,
  'apiVersion: v1\nkind: ServiceAccount\nmetadata: { name: a, labels: { b: c } }\n',
  `${account}automountServiceAccountToken: false\n`,
])('takes no chance with %j', text => {
  expect(claimsNothing({ text }, seen)).toBe(false)
})

it('applies what is not there, and what has fields from an earlier apply', () => {
  const text = namespace('a')
  expect(claimsNothing({ text }, undefined)).toBe(false)
  expect(claimsNothing({ text }, { ...seen, appliedAt: '2026-01-01T00:00:00Z' })).toBe(false)
})
