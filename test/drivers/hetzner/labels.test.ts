import { expect, it } from 'vitest'
import { commonUid, digestOfBody, identity, roleSelector } from '../../../src/drivers/hetzner/labels.js'
import { LoError } from '../../../src/errors.js'
import { parseSelector } from '../../../src/hcloud/simulator/labels.js'
import { uid } from './clusters.js'

const resource = (id: number, labels: Record<string, string>) => ({ id, name: `thing-${id}`, labels })
const other = 'fedcba9876543210'

it('finds the one uid of all that has the name of a cluster', () => {
  expect(commonUid('prod', [])).toBeUndefined()
  const two = [resource(1, identity('prod', uid)), resource(2, identity('prod', uid))]
  expect(commonUid('prod', two)).toBe(uid)
})

it.each([
  ['two clusters of one name', [resource(1, identity('prod', uid)), resource(2, identity('prod', other))]],
  [
    'a resource that has only the name',
    [resource(1, identity('prod', uid)), resource(2, { 'lok8s.dev/cluster': 'prod' })],
  ],
  ['a uid that lo has not made', [resource(1, { 'lok8s.dev/cluster': 'prod', 'lok8s.dev/uid': 'mine' })]],
])('touches nothing where there is %s', (_what, found) => {
  expect(() => commonUid('prod', found)).toThrow(LoError)
})

it('chooses the servers of one cluster and role, not those of a cluster whose name begins alike', () => {
  const matches = parseSelector(roleSelector('prod', uid, 'control-plane'))
  const role = { 'lok8s.dev/role': 'control-plane' }
  expect(matches({ ...identity('prod', uid), ...role })).toBe(true)
  expect(matches({ ...identity('prod-2', uid), ...role })).toBe(false)
  expect(matches({ ...identity('prod', other), ...role })).toBe(false)
  expect(matches({ ...identity('prod', uid), 'lok8s.dev/role': 'worker' })).toBe(false)
})

it('names a value shortly, in the alphabet of a label', () => {
  expect(digestOfBody({ a: 1 })).toMatch(/^[a-z2-7]{26}$/)
  expect(digestOfBody({ a: 1 })).not.toBe(digestOfBody({ a: 2 }))
})
