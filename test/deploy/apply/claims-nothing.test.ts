import { expect, it } from 'vitest'
import { claimsNothing } from '../../../src/deploy/apply/claims-nothing.js'
import type { Seen } from '../../../src/deploy/apply/look-up.js'
import { configMap, namespace } from '../../helpers/manifests.js'

const seen = { uid: 'a', appliedAt: undefined } as Seen
const account =
  'apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  creationTimestamp: null\n  name: a\n  namespace: "b"\n'

it.each([
  namespace('a'),
  account,
  `# why\n${namespace('a')}`,
  `${namespace('a')}\n  # nothing more\n`,
  "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: 'a' # ours\n",
])('knows that %j sets no field', text => {
  expect(claimsNothing({ text }, seen)).toBe(true)
})

it.each([
  configMap('a'),
  `${namespace('a')}  labels: {}\n`,
  `${namespace('a')}spec: {}\n`,
  'apiVersion: v1\nkind: ServiceAccount\nmetadata: { name: a, labels: { b: c } }\n',
  `${account}automountServiceAccountToken: false\n`,
  // Whatever it may be, it is not certainly nothing.
  `${namespace('a')}  annotations:\n    b: c\n`,
  `${namespace('a')}  "labels": { b: c }\n`,
  `${namespace('a')}  'annotations':\n    b: c\n`,
  `${namespace('a')}  ? labels\n  : { b: c }\n`,
  `${namespace('a')}  <<: { labels: { b: c } }\n`,
  `${namespace('a')}  finalizers:\n  - example.com/hold\n`,
  `${namespace('a')}"spec": { finalizers: [] }\n`,
  `${account}secrets:\n- name: b\n`,
  'apiVersion: v1\nkind: Namespace\nmetadata:\n  name: "a"\n  labels: {}\n',
  '{ apiVersion: v1, kind: Namespace, metadata: { name: a, labels: { b: c } } }\n',
  'apiVersion: v1\nkind: Namespace\nmetadata:\n    name: a\n    labels: { b: c }\n',
  'apiVersion: v1\nkind: Namespace\nmetadata:\n  name: |\n    a\n  labels: { b: c }\n',
  'apiVersion: v1\r\nkind: Namespace\r\nmetadata:\r\n  name: a\r\n  labels: { b: c }\r\n',
  'apiVersion: v1\nkind: ServiceAccount\nmetadata:\n\tname: a\n',
])('takes no chance with %j', text => {
  expect(claimsNothing({ text }, seen)).toBe(false)
})

it('applies what is not there, and what has fields from an earlier apply', () => {
  const text = namespace('a')
  expect(claimsNothing({ text }, undefined)).toBe(false)
  expect(claimsNothing({ text }, { ...seen, appliedAt: '2026-01-01T00:00:00Z' })).toBe(false)
})
