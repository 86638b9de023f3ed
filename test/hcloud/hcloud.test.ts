import { describe, expect, it } from 'vitest'
import { ActionError } from '../../src/hcloud/actions.js'
import { HcloudError } from '../../src/hcloud/hcloud-error.js'
import type { ServerWanted } from '../../src/hcloud/resources/servers.js'
import { simulatedToken } from '../../src/hcloud/simulator/simulator.js'
import { type Simulation, simulate } from '../helpers/hcloud.js'

const ours = { 'lok8s.dev/cluster': 'prod', 'lok8s.dev/uid': '0123456789abcdef' }
const group = (name: string, labels: Record<string, string> = ours) => ({
  name,
  labels,
  type: 'spread' as const,
})

function server(name: string, more: Partial<ServerWanted> = {}): ServerWanted {
  return {
    name,
    labels: ours,
    server_type: 'cx33',
    location: 'fsn1',
    image: 'ubuntu-24.04',
    ssh_keys: [],
    networks: [],
    firewalls: [],
    user_data: '#cloud-config\n{}\n',
    start_after_create: true,
    public_net: { enable_ipv4: true, enable_ipv6: true },
    ...more,
  }
}

const countOf = ({ simulator }: Simulation, route: string) =>
  simulator.calls.filter(call => call.route === route).length

describe('lists', () => {
  it('are read to their last page, whether or not the API says how many there are', async () => {
    const { hcloud, simulator } = simulate()
    for (let number = 1; number <= 120; number += 1) await hcloud.placementGroups.create(group(`g-${number}`))
    for (const hidesTotals of [false, true]) {
      simulator.settings.hidesTotals = hidesTotals
      const names = (await hcloud.placementGroups.list()).map(({ name }) => name)
      expect(names).toEqual(Array.from({ length: 120 }, (_, index) => `g-${index + 1}`))
    }
  })

  it('hold exactly what has the labels that are asked for', async () => {
    const { hcloud } = simulate()
    await hcloud.placementGroups.create(group('prod', { cluster: 'prod' }))
    await hcloud.placementGroups.create(group('prod-2', { cluster: 'prod-2' }))
    const found = await hcloud.placementGroups.list({ selector: 'cluster=prod' })
    expect(found.map(({ name }) => name)).toEqual(['prod'])
  })
})

describe('a creation', () => {
  it.each([
    ['500', { how: 'answer wrongly', status: 500, code: 'server_error' }],
    ['504', { how: 'answer wrongly', status: 504, code: 'timeout' }],
    ['502 in HTML', { how: 'answer wrongly', status: 502, text: '<html>' }],
    ['an empty page', { how: 'answer wrongly', status: 201, text: '' }],
    ['no answer', { how: 'hang up' }],
    ['an answer after 40 seconds', { how: 'answer late', milliseconds: 40_000 }],
  ] as const)('whose answer is lost (%s) is found again, and made once', async (_what, fault) => {
    const simulation = simulate()
    simulation.simulator.onCall('POST /networks', fault, { times: 1 })
    const wanted = { name: 'prod', labels: ours, ip_range: '10.0.0.0/16', subnets: [] }
    const { item, isAdopted } = await simulation.hcloud.networks.create(wanted)
    expect({ name: item.name, isAdopted }).toEqual({ name: 'prod', isAdopted: true })
    expect(countOf(simulation, 'POST /networks')).toBe(1)
    expect(simulation.simulator.everything().networks).toHaveLength(1)
  })

  it('that never arrived is made again, once', async () => {
    const simulation = simulate()
    const refused = { how: 'refuse', status: 504, code: 'timeout' } as const
    simulation.simulator.onCall('POST /networks', refused, { times: 1 })
    const wanted = { name: 'prod', labels: ours, ip_range: '10.0.0.0/16', subnets: [] }
    expect((await simulation.hcloud.networks.create(wanted)).isAdopted).toBe(false)
    expect(countOf(simulation, 'POST /networks')).toBe(2)
  })

  it('that never arrives is given up after the second time', async () => {
    const simulation = simulate()
    simulation.simulator.onCall('POST /networks', { how: 'refuse', status: 500, code: 'server_error' })
    const wanted = { name: 'prod', labels: ours, ip_range: '10.0.0.0/16', subnets: [] }
    await expect(simulation.hcloud.networks.create(wanted)).rejects.toBeInstanceOf(HcloudError)
    expect(countOf(simulation, 'POST /networks')).toBe(2)
  })

  it('whose name is taken by somebody else is called once, and leaves that untouched', async () => {
    const simulation = simulate()
    const { item } = await simulation.hcloud.placementGroups.create(group('prod', { by: 'hand' }))
    const before = JSON.stringify(simulation.simulator.everything())
    const error = await simulation.hcloud.placementGroups.create(group('prod')).catch((e: unknown) => e)
    expect(error).toMatchObject({
      verdict: 'taken',
      message: expect.stringContaining(`taken by ${item.id}, which is not managed by this cluster`),
    })
    expect(countOf(simulation, 'POST /placement_groups')).toBe(2)
    expect(JSON.stringify(simulation.simulator.everything())).toBe(before)
  })

  it('whose name is taken by what an earlier run has made takes that', async () => {
    const { hcloud } = simulate()
    const { item } = await hcloud.placementGroups.create(group('prod'))
    expect(await hcloud.placementGroups.create(group('prod'))).toMatchObject({
      isAdopted: true,
      item: { id: item.id },
    })
  })

  it('does not take what only has a part of the labels', async () => {
    const { hcloud } = simulate()
    await hcloud.placementGroups.create(group('prod', { 'lok8s.dev/cluster': 'prod' }))
    await expect(hcloud.placementGroups.create(group('prod'))).rejects.toMatchObject({ verdict: 'taken' })
  })

  it('waits when there are too many calls, and does not make two', async () => {
    const simulation = simulate()
    const tooMany = { how: 'refuse', status: 429, code: 'rate_limit_exceeded' } as const
    simulation.simulator.onCall('POST /servers', tooMany, { times: 2 })
    await simulation.hcloud.servers.create(server('prod-cp-1'))
    expect(simulation.simulator.everything().servers).toHaveLength(1)
  })

  it('never hands out a password of the server', async () => {
    const { hcloud } = simulate()
    expect(JSON.stringify(await hcloud.servers.create(server('prod-cp-1')))).not.toContain('password')
  })
})

it.each([
  'no_subnet_available',
  'ip_not_available',
])('a server is ordered again after %s, and made once', async code => {
  const { hcloud, simulator } = simulate()
  simulator.onCall('POST /servers', { how: 'refuse', status: 422, code }, { times: 2 })
  await hcloud.servers.create(server('prod-cp-1'))
  expect(simulator.calls.map(({ route, status }) => `${route} ${status}`)).toEqual([
    'POST /servers 422',
    'POST /servers 422',
    'POST /servers 201',
  ])
})

describe('too many calls for ever', () => {
  it('are given up after minutes, not after the hour until the limit is whole again', async () => {
    const { hcloud, simulator, world } = simulate()
    simulator.onCall('*', { how: 'refuse', status: 429, code: 'rate_limit_exceeded' })
    await expect(hcloud.servers.list()).rejects.toMatchObject({ failure: { status: 429 } })
    expect(world.now()).toBeGreaterThan(60_000)
    expect(world.now()).toBeLessThanOrEqual(300_000 + 10_000)
  })
})

describe('the rate limit', () => {
  it('is approached and never reached, however many calls go out at once', async () => {
    const { hcloud, simulator } = simulate({ rateLimit: 120 })
    await hcloud.servers.list()
    await Promise.all(Array.from({ length: 150 }, () => hcloud.servers.list()))
    expect(simulator.calls.filter(({ status }) => status === 429)).toEqual([])
  })

  it('costs nothing while it is far away', async () => {
    const { hcloud, world } = simulate()
    await Promise.all(Array.from({ length: 150 }, () => hcloud.servers.list()))
    expect(world.now()).toBeLessThan(1000)
  })
})

describe('actions', () => {
  const minutes = 60_000

  it('are waited for together: one poll for all that run', async () => {
    const simulation = simulate()
    const { hcloud, simulator, world } = simulation
    const names = Array.from({ length: 8 }, (_, index) => `prod-default-${index + 1}`)
    const made = await Promise.all(names.map(name => hcloud.servers.create(server(name))))
    await Promise.all(
      made.map(({ item, actions }) => hcloud.wait(`server ${item.name}`, actions, 2 * minutes)),
    )
    expect(simulator.everything().servers!.map(({ status }) => status)).toEqual(names.map(() => 'running'))
    expect(world.now()).toBeLessThan(30_000)
    expect(countOf(simulation, 'GET /actions')).toBeLessThan(12)
  })

  it('are asked for in pages of 25', async () => {
    const { hcloud, simulator } = simulate()
    const names = Array.from({ length: 30 }, (_, index) => `prod-default-${index + 1}`)
    const made = await Promise.all(names.map(name => hcloud.servers.create(server(name))))
    await hcloud.wait(
      'all servers',
      made.flatMap(({ actions }) => actions),
      2 * minutes,
    )
    const sizes = simulator.calls
      .filter(({ route }) => route === 'GET /actions')
      .map(({ path }) => path.split('id=').length - 1)
    expect(Math.max(...sizes)).toBe(25)
  })

  it('are polled after 1, 3, 8 seconds and then every 5', async () => {
    const { hcloud, simulator } = simulate()
    simulator.settings.delays = { ...simulator.settings.delays, call: 0 }
    const { actions } = await hcloud.servers.create(server('prod-cp-1', { start_after_create: false }))
    await hcloud.wait('server prod-cp-1', actions, 2 * minutes)
    const polls = simulator.calls.filter(({ route }) => route === 'GET /actions').map(({ at }) => at / 1000)
    expect(polls).toEqual([1, 3, 8, 13, 18])
  })

  it('that fail are named, with what they worked on and why', async () => {
    const { hcloud, simulator } = simulate()
    simulator.onAction('create_server', { how: 'fails', code: 'placement_error' })
    const { actions } = await hcloud.servers.create(server('prod-cp-1'))
    const error = await hcloud.wait('server prod-cp-1', actions, 2 * minutes).catch((e: unknown) => e)
    expect(error).toBeInstanceOf(ActionError)
    expect(error).toMatchObject({
      message: expect.stringMatching(/^server prod-cp-1: create_server has failed: .*placement_error/),
      detail: expect.stringContaining('on server'),
      actions: [{ command: 'create_server', error: { code: 'placement_error' } }],
    })
  })

  it('that follow one that failed are not waited for in vain', async () => {
    const { hcloud, simulator } = simulate()
    simulator.onAction('start_server', { how: 'fails' })
    const { actions } = await hcloud.servers.create(server('prod-cp-1'))
    await expect(hcloud.wait('server prod-cp-1', actions, 2 * minutes)).rejects.toThrow('start_server')
  })

  it('that never end are given up in time, and named', async () => {
    const { hcloud, simulator, world } = simulate()
    simulator.onAction('create_server', { how: 'never ends' })
    const { actions } = await hcloud.servers.create(server('prod-cp-1'))
    const start = world.now()
    await expect(hcloud.wait('server prod-cp-1', actions, 2 * minutes)).rejects.toMatchObject({
      message: 'server prod-cp-1: not done after 120 seconds.',
      detail: expect.stringContaining(`action ${actions[0]!.id} (create_server on server`),
    })
    expect(world.now() - start).toBe(2 * minutes)
  })

  it('that the API has forgotten are an error, not an endless wait', async () => {
    const { hcloud, simulator, world } = simulate()
    simulator.onAction('create_server', { how: 'is forgotten' })
    const { actions } = await hcloud.servers.create(server('prod-cp-1'))
    await expect(hcloud.wait('server prod-cp-1', actions, 2 * minutes)).rejects.toThrow('does not know')
    expect(world.now()).toBeLessThan(5000)
  })

  it('cost no call when there are none to wait for', async () => {
    const { hcloud, simulator } = simulate()
    await hcloud.wait('nothing', [], minutes)
    expect(simulator.calls).toEqual([])
  })
})

it('stops at once when it is interrupted, with the reason of that', async () => {
  const { hcloud, simulator, interrupt } = simulate()
  simulator.onCall('GET /servers', { how: 'answer late', milliseconds: 20_000 })
  const list = hcloud.servers.list()
  interrupt(new Error('Ctrl-C'))
  await expect(list).rejects.toThrow('Ctrl-C')
})

it('ignores what a later API may add', async () => {
  const { hcloud, simulator } = simulate()
  simulator.settings.isFromTheFuture = true
  const { item, actions } = await hcloud.servers.create(server('prod-cp-1'))
  await hcloud.wait('server prod-cp-1', actions, 60_000)
  expect(await hcloud.servers.get(item.id)).toMatchObject({ name: 'prod-cp-1', status: 'running' })
})

it('takes an action that was not needed for done', async () => {
  const { hcloud } = simulate()
  const { item: network } = await hcloud.networks.create({
    name: 'prod',
    labels: ours,
    ip_range: '10.0.0.0/16',
    subnets: [{ type: 'cloud', ip_range: '10.0.0.0/16', network_zone: 'eu-central' }],
  })
  const { item, actions } = await hcloud.servers.create(server('prod-cp-1', { networks: [network.id] }))
  await hcloud.wait('server prod-cp-1', actions, 60_000)
  expect(await hcloud.servers.attachToNetwork(item, network.id)).toEqual([])
})

describe('the rights of a token', () => {
  const refusedWith = async (status: number, code: string) => {
    const { hcloud, simulator } = simulate()
    simulator.onCall('DELETE /ssh_keys/{id}', { how: 'refuse', status, code })
    return hcloud.checkRights().then(
      () => 'fine',
      error => error.code,
    )
  }

  it('are enough when it may write, whatever keys there are, and none of them goes', async () => {
    const { hcloud, simulator } = simulate()
    const key = {
      name: 'mine',
      labels: ours,
      public_key: `ssh-ed25519 ${Buffer.from('key').toString('base64')}`,
    }
    await hcloud.sshKeys.create(key)
    await hcloud.checkRights()
    expect(simulator.calls.at(-1)).toMatchObject({ route: 'DELETE /ssh_keys/{id}', status: 404 })
    expect(await hcloud.sshKeys.list()).toHaveLength(1)
  })

  it('are missing when it may only read, which is asked once', async () => {
    const { hcloud, simulator } = simulate({ settings: { tokens: { [simulatedToken]: 'read-only' } } })
    await expect(hcloud.checkRights()).rejects.toMatchObject({
      code: 'TOKEN_REFUSED',
      hint: expect.stringContaining('Read & Write'),
    })
    expect(simulator.calls).toHaveLength(1)
  })

  it.each([
    [403, 'token_readonly', 'TOKEN_REFUSED'],
    [403, 'forbidden', 'TOKEN_REFUSED'],
    [401, 'unauthorized', 'fine'],
    [405, 'method_not_allowed', 'fine'],
    [422, 'invalid_input', 'fine'],
    [500, 'server_error', 'fine'],
  ])('after %i %s: %s', async (status, code, end) => {
    expect(await refusedWith(status, code)).toBe(end)
  })
})
