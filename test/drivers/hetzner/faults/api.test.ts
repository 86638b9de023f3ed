import { expect, it } from 'vitest'
import { withAftermath } from '../../../../src/drivers/aftermath.js'
import type { LoError } from '../../../../src/errors.js'
import type { CallFault } from '../../../../src/hcloud/simulator/faults.js'
import { controlPlane, workers } from '../clusters.js'
import { nodesOf } from '../inside.js'
import { type Prod, prod } from '../prod.js'
import { countOf, isShown, namesOf, provisionWith, single, standing, textOf, trouble, usual } from './runs.js'

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

it('fault 5: says what there is when it gives up, and a later run goes on from there', async () => {
  const fault: CallFault = { how: 'refuse', status: 429, code: 'rate_limit_exceeded' }
  const all = await prod()
  all.simulator.onCall('POST /servers', fault, { after: 1 })
  const opened = { cluster: all.clusterOf(usual), driver: all.open(usual), lock: '' }
  const run = withAftermath(opened, 'Run it again.', all.world, () => opened.driver.provision())
  const error = await run.then(
    () => undefined,
    (thrown: LoError) => thrown,
  )
  expect(error?.code).toBe('CLOUD_REFUSED')
  expect(error?.detail).toContain('There is of the cluster of example.com:')
  expect(error?.detail).toMatch(/^ {2}server prod-(cp|default)-\d \((cx33|cx43), fsn1\)$/m)
  for (const part of ['load balancer prod-api', 'firewall prod-cp', 'network prod', 'SSH key prod-lo-']) {
    expect(error?.detail).toContain(`  ${part}`)
  }
  expect(error?.hint).toContain('Run it again.')
  expect(namesOf(all, 'servers')).toHaveLength(1)
  // From now on calls go through.
  Object.assign(fault, { how: 'answer late', milliseconds: 0 })
  const again = await provisionWith(() => {}, { all, config: usual })
  expect(again.outcome).toBe('configured')
  expect(namesOf(all, 'servers')).toHaveLength(5)
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

it('fault 16: rules of a firewall that somebody else changes at this moment are set all the same', async () => {
  const all = await standing()
  const [firewall] = await all.hcloud.firewalls.list()
  await all.hcloud.wait('it', await all.hcloud.firewalls.setRules(firewall!, []), 60_000)
  const route = 'POST /firewalls/{id}/actions/set_rules'
  const before = countOf(all, route)
  const { outcome } = await provisionWith(
    ({ simulator }) =>
      simulator.onCall(route, { how: 'refuse', status: 409, code: 'conflict' }, { times: 2 }),
    { all },
  )
  expect(outcome).toBe('configured')
  expect(countOf(all, route) - before).toBe(3)
  expect((await all.hcloud.firewalls.list())[0]!.rules).toEqual(firewall!.rules)
})

it.each([
  ['attach_to_network', 'attach_to_network'],
  ['start_server', 'poweron'],
])('fault 17: a server that lacks %s is mended when nobody else works on it any more', async (command, action) => {
  const route = `POST /servers/{id}/actions/${action}`
  const { all, outcome } = await provisionWith(({ simulator }) => {
    simulator.onAction(command, { how: 'does nothing' }, { times: 1 })
    simulator.onCall(route, { how: 'refuse', status: 423, code: 'locked' }, { times: 3 })
  })
  expect(outcome).toBe('created')
  expect(countOf(all, route)).toBe(4)
  const [server] = await all.hcloud.servers.list()
  expect([server!.status, server!.private_net.length]).toEqual(['running', 1])
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
