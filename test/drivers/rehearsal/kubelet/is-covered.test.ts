import { expect, it } from 'vitest'
import { isCovered } from '../../../../src/drivers/rehearsal/kubelet/is-covered.js'

it.each([
  [true, 'what is only there', { a: 1 }, { a: 1, b: 2 }],
  [false, 'another value', { a: 1 }, { a: 2 }],
  [false, 'a missing field', { a: 1 }, {}],
  [true, 'null for what is not there', { a: null }, {}],
  [false, 'null for what is there', { a: null }, { a: 'x' }],
  [
    true,
    'conditions in another order, with more',
    [{ type: 'A' }, { type: 'B' }],
    [{ type: 'C' }, { type: 'B' }, { type: 'A', x: 1 }],
  ],
  [false, 'a condition that is not there', [{ type: 'A' }], [{ type: 'B' }]],
  [true, 'a list item by item', [{ ip: '1' }], [{ ip: '1', x: 1 }]],
  [false, 'a longer list', [{ ip: '1' }], [{ ip: '1' }, { ip: '2' }]],
  [false, 'a list where there is none', [], undefined],
  [false, 'an object where there is none', {}, undefined],
])('answers %s for %s', (answer, _name, wanted, current) => {
  expect(isCovered(wanted, current)).toBe(answer)
})
