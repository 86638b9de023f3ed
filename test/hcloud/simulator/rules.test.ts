import { expect, it } from 'vitest'
import { simulatedToken } from '../../../src/hcloud/simulator/simulator.js'
import { type Bare, bare, plainBalancer, plainNetwork, plainServer, plainService } from './asking.js'

const codeOf = ({ status, body }: { status: number; body: { error?: { code: string } } }) =>
  `${status} ${body?.error?.code ?? ''}`.trim()

const selectorTarget = (use_private_ip: boolean) => ({
  type: 'label_selector',
  label_selector: { selector: 'a=b' },
  use_private_ip,
})

it.each<[what: string, method: string, path: string, body: unknown, answer: string]>([
  ['an unknown path', 'GET', '/cats', undefined, '404 not_found'],
  ['a method that a path has not', 'DELETE', '/locations/1', undefined, '405 method_not_allowed'],
  ['a resource that is not there', 'GET', '/servers/7', undefined, '404 not_found'],
  [
    'an unknown field',
    'POST',
    '/servers',
    plainServer('one', { datacenter: 'fsn1-dc14' }),
    '422 invalid_input',
  ],
  ['a missing field', 'POST', '/servers', { name: 'one' }, '422 invalid_input'],
  [
    'a field of another type',
    'POST',
    '/servers',
    plainServer('one', { networks: ['net'] }),
    '422 invalid_input',
  ],
  ['a name that is no host name', 'POST', '/servers', plainServer('not_a_host'), '422 invalid_input'],
  ['an unknown type', 'POST', '/servers', plainServer('one', { server_type: 'cx99' }), '422 invalid_input'],
  [
    'a type that is not sold any more',
    'POST',
    '/servers',
    plainServer('one', { server_type: 'cx22' }),
    '422 invalid_input',
  ],
  [
    'a type that a location has not',
    'POST',
    '/servers',
    plainServer('one', { location: 'ash' }),
    '422 invalid_input',
  ],
  ['an unknown image', 'POST', '/servers', plainServer('one', { image: 'plan9' }), '422 invalid_input'],
  ['an unknown key', 'POST', '/servers', plainServer('one', { ssh_keys: ['mine'] }), '422 invalid_input'],
  [
    'user data that is too long',
    'POST',
    '/servers',
    plainServer('one', { user_data: 'x'.repeat(32_769) }),
    '422 invalid_input',
  ],
  [
    'a label that is none',
    'POST',
    '/servers',
    plainServer('one', { labels: { 'a b': 'c' } }),
    '422 invalid_input',
  ],
  [
    'a label of Hetzner itself',
    'POST',
    '/servers',
    plainServer('one', { labels: { 'hetzner.cloud/a': '' } }),
    '422 invalid_input',
  ],
  [
    'a value of more than 63 characters',
    'POST',
    '/servers',
    plainServer('one', { labels: { a: 'x'.repeat(64) } }),
    '422 invalid_input',
  ],
  [
    'base64 in a label',
    'POST',
    '/servers',
    plainServer('one', { labels: { a: 'abc+/=' } }),
    '422 invalid_input',
  ],
  [
    'a network that is not private',
    'POST',
    '/networks',
    plainNetwork('net', { ip_range: '8.8.0.0/16' }),
    '422 invalid_input',
  ],
  [
    'bits behind the prefix',
    'POST',
    '/networks',
    plainNetwork('net', { ip_range: '10.0.0.1/16' }),
    '422 invalid_input',
  ],
  [
    'a subnet outside its network',
    'POST',
    '/networks',
    plainNetwork('net', { ip_range: '10.1.0.0/16' }),
    '422 invalid_input',
  ],
  [
    'a balancer without a place',
    'POST',
    '/load_balancers',
    plainBalancer('lb', { location: undefined }),
    '422 invalid_input',
  ],
  [
    'two services on one port',
    'POST',
    '/load_balancers',
    plainBalancer('lb', { services: [plainService(), plainService()] }),
    '412 source_port_already_used',
  ],
  [
    'private targets without a network',
    'POST',
    '/load_balancers',
    plainBalancer('lb', { targets: [selectorTarget(true)] }),
    '422 load_balancer_not_attached_to_network',
  ],
  [
    'one target twice',
    'POST',
    '/load_balancers',
    plainBalancer('lb', { targets: [selectorTarget(false), selectorTarget(false)] }),
    '422 target_already_defined',
  ],
  [
    'more services than its type has',
    'POST',
    '/load_balancers',
    plainBalancer('lb', { services: [1, 2, 3, 4, 5, 6].map(plainService) }),
    '422 invalid_input',
  ],
  [
    'a rule without a port',
    'POST',
    '/firewalls',
    { name: 'fw', rules: [{ direction: 'in', protocol: 'tcp', source_ips: ['::/0'] }] },
    '422 invalid_input',
  ],
  [
    'a rule without addresses',
    'POST',
    '/firewalls',
    { name: 'fw', rules: [{ direction: 'in', protocol: 'icmp' }] },
    '422 invalid_input',
  ],
  ['a volume of 9 GB', 'POST', '/volumes', { name: 'vol', size: 9, location: 'fsn1' }, '422 invalid_input'],
  ['what is no key', 'POST', '/ssh_keys', { name: 'key', public_key: 'hello' }, '422 invalid_input'],
  ['51 entries on a page', 'GET', '/servers?per_page=51', undefined, '422 invalid_input'],
  ['a selector that is none', 'GET', '/servers?label_selector=a%20b', undefined, '422 invalid_input'],
  ['all actions of a project', 'GET', '/actions', undefined, '410 deprecated_api_endpoint'],
  ['a token that is no token', 'GET', '/servers', undefined, '401 unauthorized'],
])('refuses %s', async (what, method, path, body, answer) => {
  const { askWrongly, simulator } = bare()
  if (what.startsWith('a token')) simulator.settings.tokens = {}
  expect(codeOf(await askWrongly(method, path, body))).toBe(answer)
})

it('refuses what is no JSON', async () => {
  const { simulator } = bare()
  const response = await simulator.fetch('https://api.hetzner.cloud/v1/servers', {
    method: 'POST',
    headers: { Authorization: `Bearer ${simulatedToken}` },
    body: '{"name": ',
  })
  expect(codeOf({ status: response.status, body: (await response.json()) as never })).toBe('400 json_error')
})

it('lets a token that may only read do nothing else', async () => {
  const { ask, simulator } = bare({ settings: { tokens: { [simulatedToken]: 'read-only' } } })
  expect((await ask('GET', '/servers')).status).toBe(200)
  expect(codeOf(await ask('POST', '/placement_groups', { name: 'pg', type: 'spread' }))).toBe(
    '403 token_readonly',
  )
  expect(simulator.everything().placement_groups).toEqual([])
})

it.each<[string, Record<string, unknown>]>([
  ['servers', plainServer('one')],
  ['firewalls', { name: 'one' }],
  ['load_balancers', plainBalancer('one')],
  ['placement_groups', { name: 'one', type: 'spread' }],
  ['volumes', { name: 'one', size: 10, location: 'fsn1' }],
  ['primary_ips', { name: 'one', type: 'ipv4', location: 'fsn1' }],
])('gives each name once among %s', async (many, body) => {
  const { ask } = bare()
  expect((await ask('POST', `/${many}`, body)).status).toBe(201)
  expect(codeOf(await ask('POST', `/${many}`, body))).toBe('409 uniqueness_error')
})

it('lets two networks have one name, since nobody promises that it does not', async () => {
  const { ask } = bare()
  await ask('POST', '/networks', plainNetwork('net'))
  expect((await ask('POST', '/networks', plainNetwork('net'))).status).toBe(201)
  expect((await ask('GET', '/networks?name=net')).body.networks).toHaveLength(2)
})

it('holds each SSH key once, whatever its name and comment', async () => {
  const { ask } = bare()
  const key = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEzKnGxVxYz8cDgwDK5hiQ1vyuEqgeVkVRHbI1o2fMGs'
  const { body } = await ask('POST', '/ssh_keys', { name: 'one', public_key: key })
  const again = await ask('POST', '/ssh_keys', { name: 'other', public_key: `${key} someone else` })
  expect(again.body.error).toMatchObject({
    code: 'uniqueness_error',
    details: { fields: [{ name: 'public_key' }] },
  })
  const found = await ask('GET', `/ssh_keys?fingerprint=${encodeURIComponent(body.ssh_key.fingerprint)}`)
  expect(found.body.ssh_keys).toHaveLength(1)
})

it('makes a server in 25 seconds: first itself, then its network, then its start', async () => {
  const { ask, done, world } = bare()
  const network = (await ask('POST', '/networks', plainNetwork('net'))).body.network.id
  const start = world.now()
  const { body } = await ask('POST', '/servers', plainServer('one', { networks: [network] }))
  expect([body.action, ...body.next_actions].map(({ command }) => command)).toEqual([
    'create_server',
    'attach_to_network',
    'start_server',
  ])
  expect(body.server).toMatchObject({ status: 'initializing', private_net: [] })
  await world.sleep(start + 25_000 - world.now())
  expect((await ask('GET', `/servers/${body.server.id}`)).body.server).toMatchObject({
    status: 'running',
    private_net: [{ network, ip: '10.0.0.2' }],
    locked: false,
  })
  await done('DELETE', `/servers/${body.server.id}`)
})

it('starts no server that is not to be started', async () => {
  const { ask, done } = bare()
  const { body } = await done('POST', '/servers', plainServer('one', { start_after_create: false }))
  expect(body.next_actions).toEqual([])
  expect((await ask('GET', `/servers/${body.server.id}`)).body.server.status).toBe('off')
})

it('locks a server while an action is at work on it', async () => {
  const { ask } = bare()
  const { id } = (await ask('POST', '/servers', plainServer('one'))).body.server
  expect(codeOf(await ask('POST', `/servers/${id}/actions/poweroff`))).toBe('423 locked')
  expect(codeOf(await ask('DELETE', `/servers/${id}`))).toBe('423 locked')
})

it('puts ten servers into a placement group, and no eleventh', async () => {
  const { ask } = bare()
  const { id } = (await ask('POST', '/placement_groups', { name: 'pg', type: 'spread' })).body.placement_group
  const place = (number: number) =>
    ask('POST', '/servers', plainServer(`s-${number}`, { placement_group: id }))
  for (let number = 1; number <= 10; number += 1) expect((await place(number)).status).toBe(201)
  expect(codeOf(await place(11))).toBe('422 placement_error')
})

it('keeps the servers of a placement group in one location', async () => {
  const { ask } = bare()
  const { id } = (await ask('POST', '/placement_groups', { name: 'pg', type: 'spread' })).body.placement_group
  const place = (name: string, location: string) =>
    ask('POST', '/servers', plainServer(name, { placement_group: id, location }))
  expect((await place('one', 'nbg1')).status).toBe(201)
  expect(codeOf(await place('two', 'fsn1'))).toBe('422 placement_error')
  expect((await place('three', 'nbg1')).status).toBe(201)
})

it('gives an address that has come back to the next server', async () => {
  const { ask, done } = bare()
  const first = (await done('POST', '/servers', plainServer('one'))).body.server
  await done('DELETE', `/servers/${first.id}`)
  const second = (await ask('POST', '/servers', plainServer('two'))).body.server
  expect(second.public_net.ipv4.ip).toBe(first.public_net.ipv4.ip)
})

it('sells what it says is scarce, and does not sell what it has none of', async () => {
  const { ask, simulator } = bare()
  const scarce = (name: string) =>
    ask('POST', '/servers', plainServer(name, { server_type: 'cx23', location: 'nbg1' }))
  expect((await scarce('one')).status).toBe(201)
  simulator.settings.soldOut.add('cx23@nbg1')
  expect(codeOf(await scarce('two'))).toBe('412 resource_unavailable')
})

it('names the limit that an account has reached', async () => {
  const { ask, simulator } = bare()
  simulator.settings.limits.servers = 1
  await ask('POST', '/servers', plainServer('one'))
  const { status, body } = await ask('POST', '/servers', plainServer('two'))
  expect({ status, details: body.error.details }).toEqual({
    status: 403,
    details: { limits: [{ name: 'server_limit' }] },
  })
})

it('gives no private address where no subnet is in the zone', async () => {
  const { ask } = bare()
  const network = (await ask('POST', '/networks', plainNetwork('net', { subnets: [] }))).body.network.id
  expect(codeOf(await ask('POST', '/servers', plainServer('one', { networks: [network] })))).toBe(
    '422 no_subnet_available',
  )
})

/** A server and everything that can hang on it. */
async function attachEverything({ ask, done }: Bare) {
  const network = (await ask('POST', '/networks', plainNetwork('net'))).body.network.id
  const firewall = (await ask('POST', '/firewalls', { name: 'fw', rules: [] })).body.firewall.id
  const group = (await ask('POST', '/placement_groups', { name: 'pg', type: 'spread' })).body.placement_group
    .id
  const more = { networks: [network], firewalls: [{ firewall }], placement_group: group }
  const server = (await done('POST', '/servers', plainServer('one', more))).body.server.id
  const volume = (await done('POST', '/volumes', { name: 'vol', size: 10, server })).body.volume.id
  return { network, firewall, group, server, volume }
}

it('deletes nothing that is in use', async () => {
  const simulation = bare()
  const { ask } = simulation
  const { firewall, group, volume, server } = await attachEverything(simulation)
  expect(codeOf(await ask('DELETE', `/firewalls/${firewall}`))).toBe('422 resource_in_use')
  expect(codeOf(await ask('DELETE', `/placement_groups/${group}`))).toBe('422 resource_in_use')
  expect(codeOf(await ask('DELETE', `/volumes/${volume}`))).toBe('422 resource_in_use')
  const [ip] = (await ask('GET', '/primary_ips')).body.primary_ips
  expect(codeOf(await ask('DELETE', `/primary_ips/${ip.id}`))).toBe('422 must_be_unassigned')
  expect(codeOf(await ask('POST', `/primary_ips/${ip.id}/actions/unassign`))).toBe('422 server_not_stopped')
  expect((await ask('GET', `/servers/${server}`)).body.server.status).toBe('running')
})

it('takes a deleted server off what it hung on, a moment after it is out of the lists', async () => {
  const simulation = bare()
  const { ask, world } = simulation
  const { firewall, volume, server } = await attachEverything(simulation)
  expect((await ask('DELETE', `/servers/${server}`)).body.action.command).toBe('delete_server')
  expect((await ask('GET', '/servers')).body.servers).toEqual([])
  expect(codeOf(await ask('DELETE', `/firewalls/${firewall}`))).toBe('422 resource_in_use')
  await world.sleep(5000)
  expect((await ask('DELETE', `/firewalls/${firewall}`)).status).toBe(204)
  expect((await ask('GET', `/volumes/${volume}`)).body.volume.server).toBeNull()
  expect((await ask('GET', '/primary_ips')).body.primary_ips).toEqual([])
})

it('detaches whatever is in a network that is deleted, without a word', async () => {
  const simulation = bare()
  const { ask } = simulation
  const { network, server } = await attachEverything(simulation)
  expect((await ask('DELETE', `/networks/${network}`)).status).toBe(204)
  expect((await ask('GET', `/servers/${server}`)).body.server.private_net).toEqual([])
})

it.each<[string, Record<string, unknown>, Record<string, unknown>]>([
  ['servers', plainServer('one'), { delete: true, rebuild: true }],
  ['networks', plainNetwork('one'), { delete: true }],
  ['load_balancers', plainBalancer('one'), { delete: true }],
  ['volumes', { name: 'one', size: 10, location: 'fsn1' }, { delete: true }],
  ['primary_ips', { name: 'one', type: 'ipv4', location: 'fsn1' }, { delete: true }],
])('deletes none of %s that is protected', async (many, body, protection) => {
  const { ask, done, simulator } = bare()
  await done('POST', `/${many}`, body)
  const id = simulator.everything()[many]!.find(({ name }) => name === 'one')!.id
  await done('POST', `/${many}/${id}/actions/change_protection`, protection)
  expect(codeOf(await ask('DELETE', `/${many}/${id}`))).toBe('423 protected')
})

it('shows by a selector whichever servers have its labels now', async () => {
  const { ask, done } = bare()
  const apply_to = [{ type: 'label_selector', label_selector: { selector: 'a=b' } }]
  const { firewall } = (await ask('POST', '/firewalls', { name: 'fw', apply_to })).body
  const { server } = (await done('POST', '/servers', plainServer('one'))).body
  const applied = async () =>
    (await ask('GET', `/firewalls/${firewall.id}`)).body.firewall.applied_to[0].applied_to_resources
  expect(await applied()).toEqual([])
  await ask('PUT', `/servers/${server.id}`, { labels: { a: 'b' } })
  expect(await applied()).toEqual([{ type: 'server', server: { id: server.id } }])
  expect(codeOf(await ask('DELETE', `/firewalls/${firewall.id}`))).toBe('422 resource_in_use')
})

it('replaces all labels by those of a change', async () => {
  const { ask } = bare()
  const { id } = (
    await ask('POST', '/placement_groups', { name: 'pg', type: 'spread', labels: { a: '1', b: '2' } })
  ).body.placement_group
  expect(
    (await ask('PUT', `/placement_groups/${id}`, { labels: { c: '3' } })).body.placement_group.labels,
  ).toEqual({ c: '3' })
})

it('finds a target healthy once it answers, and not before it was asked', async () => {
  const { ask, done, simulator } = bare()
  let isListening = false
  simulator.settings.isListening = () => isListening
  await done('POST', '/servers', plainServer('one', { labels: { a: 'b' } }))
  const balancer = plainBalancer('lb', { services: [plainService()], targets: [selectorTarget(false)] })
  const { id } = (await ask('POST', '/load_balancers', balancer)).body.load_balancer
  const health = async () =>
    (await ask('GET', `/load_balancers/${id}`)).body.load_balancer.targets[0].targets[0].health_status[0]
      .status
  expect(await health()).toBe('unknown')
  await done('GET', '/servers')
  expect(await health()).toBe('unhealthy')
  isListening = true
  expect(await health()).toBe('healthy')
})

it('counts calls, gives one back each second, and refuses the one too many', async () => {
  const { ask, world, simulator } = bare()
  simulator.settings.delays = { ...simulator.settings.delays, call: 0 }
  const left = async () => Number((await ask('GET', '/locations')).headers.get('ratelimit-remaining'))
  expect(await left()).toBe(3599)
  expect(await left()).toBe(3598)
  await world.sleep(1000)
  expect(await left()).toBe(3598)
  const small = bare({ rateLimit: 2 })
  small.simulator.settings.delays = { ...small.simulator.settings.delays, call: 0 }
  const codes = [
    await small.ask('GET', '/locations'),
    await small.ask('GET', '/locations'),
    await small.ask('GET', '/locations'),
  ]
  expect(codes.map(codeOf)).toEqual(['200', '200', '429 rate_limit_exceeded'])
})

it("belongs to the API's own address alone", async () => {
  const { simulator } = bare()
  await expect(simulator.fetch('https://example.com/v1/servers')).rejects.toThrow('fetch failed')
})

it('has prices for all it sells, with the VAT of the account', async () => {
  const { ask } = bare()
  const { pricing } = (await ask('GET', '/pricing')).body
  const cx33 = pricing.server_types.find(({ name }: { name: string }) => name === 'cx33').prices[0]
  expect(cx33).toMatchObject({
    location: 'fsn1',
    price_monthly: { net: '8.4900000000', gross: '10.1031000000' },
  })
})
