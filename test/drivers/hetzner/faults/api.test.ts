import { expect, it } from 'vitest'
import type { CallFault } from '../../../../src/hcloud/simulator/faults.js'
import { troubles } from '../../../../src/hcloud/simulator/troubles.js'
import { controlPlane, workers } from '../clusters.js'
import { nodesOf } from '../inside.js'
import type { Prod } from '../prod.js'
import { countOf, isShown, namesOf, provisionWith, single, standing, textOf, usual } from './runs.js'

const trouble = (name: string) => (all: Prod) =>
  troubles.find(one => one.name === name)!.arrange(all.simulator)

/** What passes by itself, or is put right, leads to the cluster that is wanted. */
it.each<[fault: number, what: string, arrange: (all: Prod) => void]>([
  [3, 'reads are refused as too many', trouble('busy-reads')],
  [4, 'orders of servers are refused as too many', trouble('busy-creates')],
  [6, 'the network is made, and the answer is an error', trouble('network-500')],
  [7, 'a server is made, and the answer is a timeout', trouble('server-504')],
  [7, 'a server is made, and the connection breaks', trouble('server-lost')],
  [7, 'a server is not made, and the answer leaves that open', trouble('server-503')],
  [8, 'answers are pages of HTML', trouble('html')],
  [8, 'answers are empty', trouble('empty')],
  [8, 'answers end in the middle', trouble('garbage')],
  [9, 'answers take 40 seconds', trouble('slow')],
  [16, 'somebody else changes things meanwhile', trouble('conflict')],
  [25, 'making a server fails once', trouble('create-fails')],
  [27, 'the API forgets what it does', trouble('forgotten')],
  [28, 'a server does not get into the network', trouble('attach-fails')],
  [28, 'a server does not start', trouble('start-fails')],
  [29, 'a server runs without its network, and nobody says so', trouble('no-private-net')],
  [30, 'a server is off, and nobody says so', trouble('stays-off')],
  [58, 'lists do not say how long they are', trouble('no-totals')],
  [70, 'answers have what is not documented yet', trouble('future')],
])('fault %d: %s', async (_fault, _what, arrange) => {
  const { all, outcome, error } = await provisionWith(arrange, { config: usual })
  expect(textOf(error).trim()).toBe('')
  expect(outcome).toBe('created')
  expect(namesOf(all, 'servers')).toEqual([
    'prod-cp-1',
    'prod-cp-2',
    'prod-cp-3',
    'prod-default-1',
    'prod-default-2',
  ])
  expect(namesOf(all, 'networks')).toEqual(['prod'])
  expect(nodesOf(all)).toHaveLength(5)
  expect(all.machines.clusters()).toHaveLength(1)
})

/** What does not pass is told, once, with what to do next. */
it.each<[fault: number, what: string, arrange: (all: Prod) => void, says: { code: string; text: string[] }]>([
  [
    1,
    'the token is not accepted',
    trouble('invalid-token'),
    { code: 'TOKEN_REFUSED', text: ['HCLOUD_TOKEN is not accepted'] },
  ],
  [
    2,
    'the token may only read',
    trouble('read-only-token'),
    { code: 'TOKEN_REFUSED', text: ['Read & Write'] },
  ],
  [
    5,
    'every call is one too many',
    trouble('busy-for-ever'),
    { code: 'CLOUD_REFUSED', text: ['rate_limit_exceeded', 'again'] },
  ],
  [
    10,
    'the API is not found',
    trouble('no-dns'),
    { code: 'CLOUD_UNREACHABLE', text: ['https://api.hetzner.cloud'] },
  ],
  [
    20,
    'there are no servers left',
    trouble('sold-out'),
    { code: 'CLOUD_REFUSED', text: ['resource_unavailable', 'more types or another location'] },
  ],
  [
    21,
    'there is no room for the placement group',
    trouble('no-room'),
    { code: 'CLOUD_REFUSED', text: ['placement_error'] },
  ],
  [
    26,
    'making a server never ends',
    trouble('never-ends'),
    { code: 'ACTION_FAILED', text: ['not done after 300 seconds', 'create_server'] },
  ],
  [
    69,
    'the API has removed what lo calls',
    trouble('removed-endpoint'),
    { code: 'CLOUD_REFUSED', text: ['https://docs.hetzner.cloud/changelog#removed', 'update it'] },
  ],
])('fault %d: %s', async (_fault, _what, arrange, { code, text }) => {
  const { all, error } = await provisionWith(arrange)
  expect(error?.code).toBe(code)
  for (const part of text) expect(textOf(error)).toContain(part)
  expect(isShown(error)).toBe(true)
  expect(all.reached().scripts).toBe(0)
})

it.each([
  [1, 'invalid-token'],
  [2, 'read-only-token'],
])('fault %d: %s is never tried again', async (_fault, name) => {
  const { all } = await provisionWith(trouble(name))
  const refused = all.simulator.calls.filter(({ status }) => status === 401 || status === 403)
  const routes = refused.map(({ route }) => route)
  expect(new Set(routes).size).toBe(routes.length)
  expect(Object.values(all.simulator.everything()).flat()).toEqual([])
})

it('fault 2: a token that may only read is refused in the plan already, and is enough for the status', async () => {
  const all = await standing()
  trouble('read-only-token')(all)
  const driver = all.open()
  await expect(driver.plan!()).rejects.toMatchObject({
    code: 'TOKEN_REFUSED',
    message: 'HCLOUD_TOKEN may only read, and this would have to write.',
    hint: expect.stringContaining('Read & Write'),
  })
  expect(await driver.status()).toMatchObject({ state: 'running' })
})

it('fault 2: no write is tried with a token that may only read, and no server is entered', async () => {
  const { all, error } = await provisionWith(trouble('read-only-token'), { config: usual })
  expect(error?.message).toBe('HCLOUD_TOKEN may only read, and this would have to write.')
  expect(all.writes()).toEqual([])
})

it('fault 5: a later run goes on where one has given up', async () => {
  const fault: CallFault = { how: 'refuse', status: 429, code: 'rate_limit_exceeded' }
  const { all, error } = await provisionWith(
    ({ simulator }) => simulator.onCall('POST /servers', fault, { after: 1 }),
    {
      config: usual,
    },
  )
  expect(error?.code).toBe('CLOUD_REFUSED')
  expect(namesOf(all, 'servers')).toHaveLength(1)
  // From now on calls go through.
  Object.assign(fault, { how: 'answer late', milliseconds: 0 })
  const again = await provisionWith(() => {}, { all, config: usual })
  expect(again.outcome).toBe('configured')
  expect(namesOf(all, 'servers')).toHaveLength(5)
})

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

it('fault 21: a pool of more than ten is spread over several groups', async () => {
  const { all, outcome } = await provisionWith(() => {}, {
    config: { ...single, ...workers(['default', 11]) },
  })
  expect(outcome).toBe('created')
  expect(namesOf(all, 'placement_groups')).toEqual(['prod-cp-pg-1', 'prod-default-pg-1', 'prod-default-pg-2'])
})

it.each([
  [22, 'a type that a location does not have', { location: 'ash', ...controlPlane(1) }, 'cx33'],
  [23, 'a type that is not sold any more', { controlPlane: { replicas: 1, type: 'cx22' } }, 'cx22'],
  [22, 'an image that there is not', { image: 'ubuntu-2.04', ...controlPlane(1) }, 'ubuntu-2.04'],
])('fault %d: %s is refused before anything is made', async (_fault, _what, config, part) => {
  const { all, error } = await provisionWith(() => {}, { config })
  expect(error?.code).toBe('CLOUD_REFUSED')
  expect(textOf(error)).toContain(part)
  expect(all.writes()).toEqual([])
})

it('fault 24: what is said to be sold out is ordered all the same', async () => {
  const config = { location: 'nbg1', controlPlane: { replicas: 1, type: 'cx23' } }
  const { all, outcome } = await provisionWith(() => {}, { config })
  expect(outcome).toBe('created')
  expect(all.events).toContainEqual(
    expect.objectContaining({ type: 'warning', message: expect.stringContaining('is left') }),
  )
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

it('fault 58: finds what is on the second page', async () => {
  const all = await standing({ ...single, ...workers(['default', 60]) })
  const { outcome } = await provisionWith(() => {}, {
    all,
    config: { ...single, ...workers(['default', 60]) },
  })
  expect(outcome).toBe('unchanged')
  expect(all.writes()).toEqual([])
})

it('says now and then what Hetzner lets it wait for', async () => {
  const { all } = await provisionWith(trouble('busy-for-ever'))
  const told = all.events.flatMap(event => (event.type === 'notice' ? event.message : []))
  expect(told[0]).toMatch(
    /^Hetzner, about [a-zA-Z ]+: HTTP 429 rate_limit_exceeded, for \d+ s now; trying again in \d+ s$/,
  )
  // Each of the calls has waited for five minutes, and there are many.
  expect(told.length).toBeGreaterThan(5)
  expect(told.length).toBeLessThan(25)
})

it('says nothing of a failure that passes at once', async () => {
  const { all } = await provisionWith(trouble('conflict'))
  expect(JSON.stringify(all.events)).not.toContain('Hetzner, about')
})
