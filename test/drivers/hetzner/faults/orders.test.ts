import { expect, it } from 'vitest'
import type { CallFault } from '../../../../src/hcloud/simulator/faults.js'
import { controlPlane, workers } from '../clusters.js'
import { nodesOf } from '../inside.js'
import { countOf, namesOf, provisionWith, single, textOf, trouble } from './runs.js'

it('fault 19: at the limit of the account no more servers are ordered, those made stay, and a later run goes on', async () => {
  const { all, error } = await provisionWith(
    ({ simulator }) => {
      simulator.settings.limits.servers = 3
    },
    { config: { ...controlPlane(3), ...workers(['default', 12]) } },
  )
  expect(textOf(error)).toContain('server_limit')
  expect(namesOf(all, 'servers')).toHaveLength(3)
  // Those under way at that moment, and no more.
  expect(countOf(all, 'POST /servers')).toBeLessThanOrEqual(3 + 10)
  all.simulator.settings.limits.servers = 100
  const again = await provisionWith(() => {}, {
    all,
    config: { ...controlPlane(3), ...workers(['default', 12]) },
  })
  expect(again.outcome).toBe('configured')
  expect(nodesOf(all)).toHaveLength(15)
})

it('fault 20: what is sold out is ordered elsewhere, in the order of the spec', async () => {
  const config = { location: ['fsn1', 'nbg1'], controlPlane: { replicas: 1, type: ['cx33', 'cpx32'] } }
  const { all, outcome } = await provisionWith(
    ({ simulator }) => {
      for (const place of ['cx33@fsn1', 'cpx32@fsn1']) simulator.settings.soldOut.add(place)
    },
    { config },
  )
  expect(outcome).toBe('created')
  expect(countOf(all, 'POST /servers')).toBe(3)
  const [server] = await all.hcloud.servers.list()
  expect([server!.server_type.name, server!.location.name]).toEqual(['cx33', 'nbg1'])
})

it('fault 20: a server that stands elsewhere than its placement group is without it', async () => {
  const config = { location: ['fsn1', 'nbg1'], controlPlane: { replicas: 3, type: 'cx33' } }
  const { all, outcome } = await provisionWith(
    ({ simulator }) => {
      const full: CallFault = { how: 'refuse', status: 412, code: 'resource_unavailable' }
      simulator.onCall('POST /servers', full, { times: 1 })
    },
    { config },
  )
  expect(outcome).toBe('created')
  const servers = await all.hcloud.servers.list()
  const places = servers.map(({ location, placement_group }) => [
    location.name,
    placement_group?.name ?? null,
  ])
  expect(places.sort()).toEqual([
    ['fsn1', 'prod-cp-pg-1'],
    ['fsn1', 'prod-cp-pg-1'],
    ['nbg1', null],
  ])
  expect(all.events).toContainEqual(
    expect.objectContaining({
      message: expect.stringMatching(/trying cx33 in nbg1, without its placement group$/),
    }),
  )
})

it('fault 20: a pool that is sold out keeps no other from running, and is in the error', async () => {
  const config = {
    ...controlPlane(1),
    workers: [...workers(['default', 1]).workers, { name: 'gpu', replicas: 2, type: 'ccx33' }],
  }
  const { all, error } = await provisionWith(
    ({ simulator }) => {
      simulator.settings.soldOut.add('ccx33@fsn1')
    },
    { config },
  )
  expect(error?.message).toContain('prod-gpu-1')
  expect(error?.detail).toContain('prod-gpu-2')
  expect(nodesOf(all)).toEqual(['prod-cp-1', 'prod-default-1'])
  all.simulator.settings.soldOut.clear()
  expect((await provisionWith(() => {}, { all, config })).outcome).toBe('configured')
  expect(nodesOf(all)).toHaveLength(4)
})

it('fault 21: without room for the group each type in each location is ordered once, and no more', async () => {
  const config = {
    location: ['fsn1', 'nbg1'],
    controlPlane: { replicas: 3, type: ['cx33', 'cpx32'] },
  }
  const { all, error } = await provisionWith(trouble('no-room'), { config })
  expect(error?.code).toBe('CLOUD_REFUSED')
  expect(error?.hint).toContain('Name more types or another location in the spec')
  const ordered = all.simulator.calls
    .filter(({ route }) => route === 'POST /servers')
    .map(({ body }) => body as { name: string; server_type: string; location: string })
    .map(({ name, server_type, location }) => `${name} ${server_type} ${location}`)
  expect(ordered).toHaveLength(3 * 4)
  expect(new Set(ordered).size).toBe(3 * 4)
})

it('fault 21: a pool of more than ten is spread over several groups', async () => {
  const { all, outcome } = await provisionWith(() => {}, {
    config: { ...single, ...workers(['default', 11]) },
  })
  expect(outcome).toBe('created')
  expect(namesOf(all, 'placement_groups')).toEqual(['prod-cp-pg-1', 'prod-default-pg-1', 'prod-default-pg-2'])
})

it('fault 24: what is said to be sold out is ordered all the same', async () => {
  const config = { location: 'nbg1', controlPlane: { replicas: 1, type: 'cx23' } }
  const { all, outcome } = await provisionWith(() => {}, { config })
  expect(outcome).toBe('created')
  expect(all.events).toContainEqual(
    expect.objectContaining({ type: 'warning', message: expect.stringContaining('is left') }),
  )
})

it('fault 26: once the API has made a server for which lo waited in vain, a later run goes on with it', async () => {
  const { all, error } = await provisionWith(({ simulator }) =>
    simulator.onAction('create_server', { how: 'takes longer', milliseconds: 500_000 }, { times: 1 }),
  )
  expect(textOf(error)).toMatch(/not done after 300 seconds[\s\S]*action \d+ \(create_server on server \d+\)/)
  await all.world.sleep(300_000)
  const { outcome } = await provisionWith(() => {}, { all })
  expect(outcome).toBe('configured')
  expect(countOf(all, 'POST /servers')).toBe(1)
  expect(nodesOf(all)).toEqual(['prod-cp-1'])
})

it.each([
  350_000, 500_000,
])('fault 26: a run that comes before the API is done, after %d ms, waits for the server, and makes no second one', async milliseconds => {
  const { all } = await provisionWith(({ simulator }) =>
    simulator.onAction('create_server', { how: 'takes longer', milliseconds }, { times: 1 }),
  )
  const { outcome, error } = await provisionWith(() => {}, { all })
  expect(textOf(error).trim()).toBe('')
  expect(outcome).toBe('configured')
  expect(countOf(all, 'POST /servers')).toBe(1)
})

it('fault 25: a server of which the making fails again and again is ordered three times, and then no more', async () => {
  const { all, error } = await provisionWith(({ simulator }) =>
    simulator.onAction('create_server', { how: 'fails' }),
  )
  expect(error?.code).toBe('ACTION_FAILED')
  expect(countOf(all, 'POST /servers')).toBe(3)
  const removed = all.simulator.calls.filter(
    ({ route, status }) => route === 'DELETE /servers/{id}' && status === 200,
  )
  expect(removed).toHaveLength(2)
})
