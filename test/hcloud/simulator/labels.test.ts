import { expect, it } from 'vitest'
import { parseSelector } from '../../../src/hcloud/simulator/labels.js'

const labels = { env: 'prod', 'lok8s.dev/cluster': 'prod', empty: '' }

it.each([
  ['env=prod', true],
  ['env==prod', true],
  ['env=pro', false],
  ['env!=test', true],
  ['env!=prod', false],
  ['other!=prod', true],
  ['env', true],
  ['other', false],
  ['!other', true],
  ['!env', false],
  ['empty=', true],
  ['env in (test,prod)', true],
  ['env in (test)', false],
  ['other in (test)', false],
  ['env notin (test)', true],
  ['env notin (test, prod)', false],
  ['lok8s.dev/cluster=prod,env in (prod,test),!other', true],
  ['lok8s.dev/cluster=prod,other', false],
])('finds that %s is %s', (selector, matches) => {
  expect(parseSelector(selector)(labels)).toBe(matches)
})

it.each([
  '',
  'a b',
  'a=b=c',
  'a in b',
  '=b',
  'a,,b',
  'a'.repeat(1001),
])('reads no selector in %j', selector => {
  expect(() => parseSelector(selector)).toThrow('label_selector')
})
