import { expect, it } from 'vitest'
import {
  contains,
  formatRange,
  freeAddress,
  isPrivate,
  overlaps,
  parseRange,
} from '../../src/hcloud/range.js'

const range = (text: string) => parseRange(text)!

it.each(['10.0.0.0/8', '192.168.1.0/24', '0.0.0.0/0', '255.255.255.255/32'])('reads and writes %s', text => {
  expect(formatRange(range(text))).toBe(text)
})

it.each([
  '10.0.0.1/24',
  '10.0.0/24',
  '10.0.0.0',
  '10.0.0.0/33',
  '256.0.0.0/8',
  '::/0',
  '',
])('reads no range in %j', text => {
  expect(parseRange(text)).toBeUndefined()
})

it.each([
  ['10.0.0.0/16', '10.0.0.0/8', true, true],
  ['10.0.0.0/8', '10.0.0.0/16', false, true],
  ['10.0.0.0/16', '10.1.0.0/16', false, false],
  ['10.244.0.0/16', '10.96.0.0/12', false, false],
])('finds that %s lies in %s: %s, and overlaps it: %s', (inner, outer, lies, meets) => {
  expect([contains(range(outer), range(inner)), overlaps(range(outer), range(inner))]).toEqual([lies, meets])
})

it.each([
  ['10.0.0.0/8', true],
  ['172.16.0.0/12', true],
  ['172.32.0.0/12', false],
  ['192.168.0.0/16', true],
  ['8.0.0.0/8', false],
])('finds that %s is private: %s', (text, expected) => {
  expect(isPrivate(range(text))).toBe(expected)
})

it('gives out the lowest address that is free, and neither the first nor the last', () => {
  expect(freeAddress(range('10.0.0.0/30'), new Set())).toBe('10.0.0.1')
  expect(freeAddress(range('10.0.0.0/30'), new Set(['10.0.0.1']))).toBe('10.0.0.2')
  expect(freeAddress(range('10.0.0.0/30'), new Set(['10.0.0.1', '10.0.0.2']))).toBeUndefined()
})
