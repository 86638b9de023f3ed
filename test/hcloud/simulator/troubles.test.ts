import { expect, it } from 'vitest'
import { LoError } from '../../../src/errors.js'
import type { Hcloud } from '../../../src/hcloud/hcloud.js'
import { simulatedToken } from '../../../src/hcloud/simulator/simulator.js'
import { troubles } from '../../../src/hcloud/simulator/troubles.js'
import { type Simulation, simulate } from '../../helpers/hcloud.js'
import { plainNetwork } from './asking.js'

const labels = { 'lok8s.dev/cluster': 'prod', 'lok8s.dev/uid': '0123456789abcdef' }
const patience = 120_000

const server = (name: string, network: number, firewall: number) => ({
  name,
  labels,
  server_type: 'cx33',
  location: 'fsn1',
  image: 'ubuntu-24.04',
  ssh_keys: [],
  networks: [network],
  firewalls: [{ firewall }],
  user_data: '',
  start_after_create: true,
  public_net: { enable_ipv4: true, enable_ipv6: true },
})

/** A network, a firewall and two servers: made, changed and removed again, with nothing done about any failure. */
async function goThrough({ networks, firewalls, servers, wait, catalogue }: Hcloud): Promise<void> {
  await catalogue.locations()
  const { item: network } = await networks.create({ ...plainNetwork('prod'), labels } as never)
  const { item: firewall } = await firewalls.create({ name: 'prod', labels, rules: [], apply_to: [] })
  const names = ['prod-cp-1', 'prod-cp-2']
  for (const name of names) {
    const { item, actions } = await servers.create(server(name, network.id, firewall.id))
    await wait(`server ${name}`, actions, patience)
    // Whoever has adopted a server does not know its actions.
    while ((await servers.get(item.id))?.locked) await wait('nothing', [], 0)
    await servers.setLabels(item, { ...labels, 'lok8s.dev/role': 'control-plane' })
  }
  const there = await servers.list({ selector: 'lok8s.dev/role=control-plane' })
  expect(there.map(({ status, private_net }) => [status, private_net.length])).toEqual([
    ['running', 1],
    ['running', 1],
  ])
  for (const one of there) await wait(`server ${one.name}`, await servers.remove(one), patience)
  await firewalls.remove(firewall)
  await networks.remove(network)
}

/** `done`, or what it ends with: the code of the error, and the word of the API in it. */
async function endOf({ hcloud }: Simulation): Promise<string> {
  try {
    await goThrough(hcloud)
    return 'done'
  } catch (error) {
    if (!(error instanceof LoError)) return 'other servers than wanted'
    expect(error.hint).toBeTruthy()
    expect(`${error.message}${error.detail}${error.hint}`).not.toContain(simulatedToken)
    return `${error.code}: ${/\((\w+)\)\.$/.exec(error.message)?.[1] ?? error.message}`
  }
}

/** How each ends, and how many servers are left then. */
const ends: Record<string, [end: string, servers: number]> = {
  'invalid-token': ['TOKEN_REFUSED: unauthorized', 0],
  'read-only-token': ['TOKEN_REFUSED: token_readonly', 0],
  'busy-reads': ['done', 0],
  'busy-creates': ['done', 0],
  'busy-for-ever': ['CLOUD_REFUSED: rate_limit_exceeded', 0],
  'network-500': ['done', 0],
  'server-504': ['done', 0],
  'server-lost': ['done', 0],
  'server-503': ['done', 0],
  html: ['done', 0],
  empty: ['done', 0],
  garbage: ['done', 0],
  slow: ['done', 0],
  'no-dns': ['CLOUD_UNREACHABLE: unreachable', 0],
  conflict: ['done', 0],
  locked: ['done', 0],
  'server-limit': ['CLOUD_REFUSED: resource_limit_exceeded', 1],
  'sold-out': ['CLOUD_REFUSED: resource_unavailable', 0],
  'no-room': ['CLOUD_REFUSED: placement_error', 0],
  'create-fails': ['ACTION_FAILED: action_failed', 1],
  'start-fails': ['ACTION_FAILED: action_failed', 1],
  'attach-fails': ['ACTION_FAILED: action_failed', 1],
  'never-ends': ['ACTION_FAILED: server prod-cp-1: not done after 120 seconds.', 1],
  forgotten: [expect.stringMatching(/^ACTION_FAILED: The API does not know the action \d+ any more\.$/), 1],
  'no-private-net': ['other servers than wanted', 2],
  'stays-off': ['other servers than wanted', 2],
  unhealthy: ['done', 0],
  'no-totals': ['done', 0],
  'gone-before': ['done', 0],
  'slow-detach': ['done', 0],
  'removed-endpoint': ['CLOUD_REFUSED: deprecated_api_endpoint', 0],
  future: ['done', 0],
}

it('knows how each trouble ends', () => {
  expect(Object.keys(ends)).toEqual(troubles.map(({ name }) => name))
})

it.each(troubles)('goes through $name as it should: $summary', async ({ name, arrange }) => {
  const simulation = simulate()
  arrange(simulation.simulator)
  const [end, servers] = ends[name]!
  expect(await endOf(simulation)).toEqual(end)
  const left = simulation.simulator.everything()
  expect(left.servers).toHaveLength(servers)
  if (end === 'done') expect(Object.values(left).flat()).toEqual([])
})
