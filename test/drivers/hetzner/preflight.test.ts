import { expect, it } from 'vitest'
import { planCluster } from '../../../src/drivers/hetzner/plan.js'
import { manyOf } from '../../../src/drivers/hetzner/preflight.js'
import { controlPlane, uid, wantedOf, workers } from './clusters.js'
import { prod } from './prod.js'

const nothing = {
  sshKeys: [],
  networks: [],
  firewalls: [],
  placementGroups: [],
  loadBalancers: [],
  servers: [],
}
const groups = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ id: index, name: `theirs-${index}`, labels: {} }))

it.each<[what: string, others: Record<string, unknown[]>, said: string[]]>([
  ['all that fits', { placementGroups: groups(48), firewalls: groups(48) }, []],
  [
    'one placement group too many',
    { placementGroups: groups(49) },
    ['the project is to have 51 placement groups; Hetzner allows 50 in one'],
  ],
  [
    'too many firewalls, of which others have the most',
    { firewalls: groups(50) },
    ['the project is to have 52 firewalls; Hetzner allows 50 in one'],
  ],
])('counts what a project may have, with that of others: %s', (_what, others, said) => {
  const wanted = wantedOf({ ...controlPlane(1), ...workers(['default', 2]) })
  const survey = { found: nothing, foreign: { ...nothing, ...(others as object) } }
  expect(manyOf(survey, planCluster(wanted, uid, nothing), false)).toEqual(said)
})

it('counts what goes only after the new one has come', () => {
  const old = groups(50).map(one => ({ ...one, name: `prod-${one.id}-pg-1` })) as never
  const found = { ...nothing, placementGroups: old }
  const plan = planCluster(wantedOf(controlPlane(1)), uid, found)
  expect(manyOf({ found, foreign: nothing }, plan, true)).toEqual([
    'the project is to have 51 placement groups; Hetzner allows 50 in one; 50 go only at the end',
  ])
})

it('says nothing of a project that is full when nothing more is wanted', () => {
  const plan = planCluster(wantedOf(controlPlane(1)), uid, nothing)
  const isThere = <One extends object>(one: One) => ({ ...one, found: {} as never })
  const placementGroups = plan.placementGroups.map(isThere)
  const firewalls = plan.firewalls.map(isThere)
  const foreign = { ...nothing, placementGroups: groups(60), firewalls: groups(60) } as never
  expect(manyOf({ found: nothing, foreign }, { ...plan, placementGroups, firewalls }, false)).toEqual([])
})

it('warns of it in the plan', async () => {
  const all = await prod()
  for (const { name } of groups(50))
    await all.hcloud.placementGroups.create({ name, labels: {}, type: 'spread' })
  await all.open(controlPlane(1)).plan!()
  expect(all.events).toContainEqual({
    type: 'warning',
    message: 'the project is to have 51 placement groups; Hetzner allows 50 in one',
  })
})
