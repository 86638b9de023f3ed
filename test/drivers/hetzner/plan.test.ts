import { describe, expect, it } from 'vitest'
import {
  balancerBody,
  firewallBodies,
  networkBody,
  placementGroupBody,
  serverBody,
  sshKeyBody,
} from '../../../src/drivers/hetzner/bodies.js'
import { billOf } from '../../../src/drivers/hetzner/cost.js'
import { describePlan, formatBill } from '../../../src/drivers/hetzner/describe-plan.js'
import { candidatesOf, type Offers, zoneOf } from '../../../src/drivers/hetzner/offers.js'
import { planCluster } from '../../../src/drivers/hetzner/plan.js'
import { pricedBy } from '../../../src/drivers/hetzner/priced.js'
import { deriveSecrets } from '../../../src/drivers/hetzner/secrets.js'
import type { Slot } from '../../../src/drivers/hetzner/slots.js'
import type { Wanted } from '../../../src/drivers/hetzner/wanted.js'
import type { Hcloud } from '../../../src/hcloud/hcloud.js'
import { type Simulation, simulate } from '../../helpers/hcloud.js'
import { controlPlane, findAll, uid, wantedOf, workers } from './clusters.js'

const secrets = deriveSecrets('T'.repeat(64), 'prod', uid)

async function offersOf({ catalogue }: Hcloud): Promise<Offers> {
  return {
    locations: await catalogue.locations(),
    serverTypes: await catalogue.serverTypes(),
    loadBalancerTypes: await catalogue.loadBalancerTypes(),
    images: await catalogue.images('ubuntu-24.04'),
    pricing: await catalogue.pricing(),
  }
}

/** Makes what a plan wants, and nothing else: the bodies are the driver's own. */
async function make(wanted: Wanted, { hcloud, world }: Simulation): Promise<Offers> {
  const offers = await offersOf(hcloud)
  const plan = planCluster(wanted, uid, await findAll(hcloud))
  await hcloud.sshKeys.create(sshKeyBody('prod', uid, secrets.userKey.publicKey))
  await hcloud.networks.create(networkBody(wanted, uid, zoneOf(wanted.locations[0]!, offers.locations)))
  for (const { wanted: body } of plan.firewalls) await hcloud.firewalls.create(body)
  for (const { name } of plan.placementGroups)
    await hcloud.placementGroups.create(placementGroupBody('prod', uid, name))
  const found = await findAll(hcloud)
  const network = found.networks[0]!.id
  if (plan.balancer) {
    await hcloud.loadBalancers.create(balancerBody(wanted, uid, { network, location: wanted.locations[0]! }))
  }
  for (const { slot } of plan.servers) {
    const { type, location } = candidatesOf(slot.pool, wanted, offers, world.today())[0]!
    const { item, actions } = await hcloud.servers.create(
      serverBody(wanted, uid, slot, {
        type: type.name,
        location,
        network,
        firewall: found.firewalls.find(({ labels }) => labels['lok8s.dev/role'] === slot.pool.role)!.id,
        placementGroup: found.placementGroups.find(({ name }) => name === slot.group)!.id,
        sshKey: found.sshKeys[0]!.name,
        userData: '#cloud-config\n{}\n',
      }),
    )
    await hcloud.wait(`server ${item.name}`, actions, 120_000)
  }
  return offers
}

const today = new Date('2026-10-02T00:00:00Z')
const options = (wanted: Wanted, offers: Offers, prunes = false) => ({
  cluster: 'prod',
  choose: (slot: Slot) => candidatesOf(slot.pool, wanted, offers, today)[0]!,
  prunes,
})

/** What a plan says, `action what` a line. */
async function linesOf(wanted: Wanted, { hcloud }: Simulation, prunes = false): Promise<string[]> {
  const offers = await offersOf(hcloud)
  const plan = planCluster(wanted, uid, await findAll(hcloud))
  return describePlan(plan, options(wanted, offers, prunes)).map(({ action, what }) => `${action} ${what}`)
}

const changesOf = (lines: string[]) => lines.filter(line => !line.startsWith('keep'))

it('makes everything in an empty project', async () => {
  const wanted = wantedOf({ ...controlPlane(3), ...workers(['default', 2]) })
  expect(await linesOf(wanted, simulate())).toEqual([
    'create SSH key',
    'create network prod',
    'create firewall prod-cp',
    'create firewall prod-workers',
    'create placement group prod-cp-pg-1',
    'create placement group prod-default-pg-1',
    'create load balancer prod-api (lb11)',
    'create server prod-cp-1 (cx33, fsn1)',
    'create server prod-cp-2 (cx33, fsn1)',
    'create server prod-cp-3 (cx33, fsn1)',
    'create server prod-default-1 (cx43, fsn1)',
    'create server prod-default-2 (cx43, fsn1)',
  ])
})

it('changes nothing once all of that is there, and makes no load balancer for one control plane', async () => {
  const simulation = simulate()
  const wanted = wantedOf(workers(['default', 2]))
  await make(wanted, simulation)
  const lines = await linesOf(wanted, simulation)
  expect(changesOf(lines)).toEqual([])
  expect(lines.filter(line => line.includes('load balancer'))).toEqual([])
  expect(lines).toContain('keep server prod-default-2 (cx43, fsn1)')
})

describe('with a cluster of one control plane and two workers', () => {
  const before = wantedOf({ ...controlPlane(1), ...workers(['default', 2]) })
  const started = async () => {
    const simulation = simulate()
    await make(before, simulation)
    return simulation
  }
  const serverOf = async ({ hcloud }: Simulation, name: string) => (await hcloud.servers.list({ name }))[0]!

  it.each<[what: string, config: Record<string, unknown>, changes: string[]]>([
    [
      'grows a pool',
      { ...controlPlane(1), ...workers(['default', 3]) },
      ['create server prod-default-3 (cx43, fsn1)'],
    ],
    [
      'adds a pool',
      { ...controlPlane(1), ...workers(['default', 2], ['more', 1]) },
      ['create placement group prod-more-pg-1', 'create server prod-more-1 (cx43, fsn1)'],
    ],
    [
      'goes to three control planes',
      { ...controlPlane(3), ...workers(['default', 2]) },
      [
        'create load balancer prod-api (lb11)',
        'create server prod-cp-2 (cx33, fsn1)',
        'create server prod-cp-3 (cx33, fsn1)',
      ],
    ],
    [
      'lets others in',
      { ...controlPlane(1), ...workers(['default', 2]), firewall: { ssh: ['203.0.113.0/24'] } },
      ['change firewall prod-cp: set rules', 'change firewall prod-workers: set rules'],
    ],
    [
      'takes the eleventh of a pool into a second group',
      { ...controlPlane(1), ...workers(['default', 11]) },
      [
        'create placement group prod-default-pg-2',
        ...Array.from({ length: 9 }, (_, index) => `create server prod-default-${index + 3} (cx43, fsn1)`),
      ],
    ],
  ])('%s', async (_what, config, changes) => {
    expect(changesOf(await linesOf(wantedOf(config), await started()))).toEqual(changes)
  })

  it('reports what is too many, and removes it only when that is asked for', async () => {
    const simulation = await started()
    const less = wantedOf({ ...controlPlane(1), ...workers(['default', 1]) })
    const lines = await linesOf(less, simulation)
    expect(changesOf(lines)).toEqual([])
    expect(lines).toContain('keep server prod-default-2: not in the spec any more')
    expect(changesOf(await linesOf(less, simulation, true))).toEqual(['delete server prod-default-2'])
  })

  it('removes all of a pool that is gone, its group and the firewall of workers', async () => {
    expect(changesOf(await linesOf(wantedOf(controlPlane(1)), await started(), true))).toEqual([
      'delete server prod-default-1',
      'delete server prod-default-2',
      'delete placement group prod-default-pg-1',
      'delete firewall prod-workers',
    ])
  })

  it('has the firewall of workers that the spec dropped let in whom the spec says, as long as they run', async () => {
    const simulation = await started()
    const tight = wantedOf({ ...controlPlane(1), firewall: { ssh: ['203.0.113.0/24'] } })
    const sets = ['change firewall prod-cp: set rules', 'change firewall prod-workers: set rules']
    expect(changesOf(await linesOf(tight, simulation))).toEqual(sets)
    expect(changesOf(await linesOf(tight, simulation, true)).slice(0, 2)).toEqual(sets)
    const found = await findAll(simulation.hcloud)
    const servers = found.servers.filter(({ name }) => name === 'prod-cp-1')
    const { firewalls } = planCluster(tight, uid, { ...found, servers })
    expect(firewalls.map(({ wanted }) => wanted.name)).toEqual(['prod-cp'])
  })

  it('makes a server that somebody has deleted again, with the same name', async () => {
    const simulation = await started()
    const { hcloud } = simulation
    await hcloud.wait('it', await hcloud.servers.remove(await serverOf(simulation, 'prod-default-1')), 60_000)
    expect(changesOf(await linesOf(before, simulation))).toEqual([
      'create server prod-default-1 (cx43, fsn1)',
    ])
  })

  it('repairs a server that is off, out of its network, or without some of its labels', async () => {
    const simulation = await started()
    const { hcloud } = simulation
    const server = await serverOf(simulation, 'prod-default-1')
    await hcloud.wait('it', await hcloud.servers.powerOff(server), 60_000)
    await hcloud.servers.setLabels(server, { ...server.labels, 'lok8s.dev/pool': 'other' })
    const found = await findAll(hcloud)
    const servers = found.servers.map(one => (one.id === server.id ? { ...one, private_net: [] } : one))
    const plan = planCluster(before, uid, { ...found, servers })
    expect(plan.servers.find(({ slot }) => slot.name === server.name)?.repairs).toEqual([
      'attach to network',
      'power on',
      'set labels',
    ])
    expect(changesOf(await linesOf(before, simulation))).toEqual([
      'change server prod-default-1 (cx43, fsn1): power on, set labels',
    ])
  })

  it('says what only a new server could have', async () => {
    const other = {
      controlPlane: { replicas: 1, type: 'cpx32' },
      ...workers(['default', 2]),
      image: 'debian-13',
    }
    expect(await linesOf(wantedOf(other), await started())).toContain(
      'keep server prod-cp-1 (cx33, fsn1); stays as it is, though its type is cx33, not cpx32; stays as it is, though its image is ubuntu-24.04, not debian-13',
    )
  })

  it('gives a network without a subnet its subnet', async () => {
    const found = await findAll((await started()).hcloud)
    const networks = found.networks.map(network => ({ ...network, subnets: [] }))
    expect(planCluster(before, uid, { ...found, networks }).needsSubnet).toBe(true)
  })
})

it('gives a load balancer whatever it lacks, in an order in which that works', async () => {
  const simulation = simulate()
  const wanted = wantedOf(controlPlane(3))
  await make(wanted, simulation)
  const found = await findAll(simulation.hcloud)
  const [balancer] = found.loadBalancers
  const repairsWith = (changes: object) =>
    planCluster(wanted, uid, { ...found, loadBalancers: [{ ...balancer!, ...changes }] }).balancer!.repairs
  expect(repairsWith({})).toEqual([])
  expect(repairsWith({ private_net: [], services: [], targets: [] })).toEqual([
    'attach to network',
    'add service',
    'add target',
  ])
  const [service] = balancer!.services
  const slow = { ...service!, health_check: { ...service!.health_check, interval: 60 } }
  expect(repairsWith({ services: [slow] })).toEqual(['update service'])
})

it('compares firewalls by whom they let in, not by how that is written', async () => {
  const simulation = simulate()
  const wanted = wantedOf({ firewall: { ssh: ['203.0.113.0/24', '2001:DB8:0::/48'] } })
  await make(wanted, simulation)
  const found = await findAll(simulation.hcloud)
  const canonical = (ip: string) => ip.replace('2001:DB8:0::', '2001:db8::')
  const firewalls = found.firewalls.map(firewall => ({
    ...firewall,
    rules: firewall.rules
      .toReversed()
      .map(rule => ({ ...rule, source_ips: rule.source_ips.map(canonical).toReversed() })),
  }))
  expect(planCluster(wanted, uid, { ...found, firewalls }).firewalls[0]).toMatchObject({ setRules: false })
  expect(planCluster(wantedOf(), uid, found).firewalls[0]).toMatchObject({ setRules: true })
})

it('puts no port but SSH and the API into a firewall, and the API only on control planes', () => {
  const bodies = firewallBodies(wantedOf(workers(['default', 1])), uid)
  expect(bodies.map(({ rules }) => rules.map(({ port }) => port))).toEqual([
    ['22', '6443', undefined],
    ['22', undefined],
  ])
})

it('opens a load balancer to the world only when the API is', () => {
  const place = { network: 1, location: 'fsn1' }
  expect(balancerBody(wantedOf(), uid, place).public_interface).toBe(true)
  const closed = wantedOf({ firewall: { api: ['203.0.113.0/24'] } })
  expect(balancerBody(closed, uid, place).public_interface).toBe(false)
})

it('tells what it costs before and after, from the prices of the account', async () => {
  const simulation = simulate()
  const offers = await make(wantedOf(controlPlane(1)), simulation)
  const after = wantedOf({ ...controlPlane(3), ...workers(['default', 2]) })
  const found = await findAll(simulation.hcloud)
  const priced = pricedBy(planCluster(after, uid, found), { ...found, volumes: [] }, options(after, offers))
  // One cx33 and its address; then three of those, two cx43 with theirs, and the load balancer.
  expect(
    [billOf(priced.before, offers.pricing), billOf(priced.after, offers.pricing)].map(formatBill),
  ).toEqual([
    '8.99 EUR per month net, 10.70 gross; 0.0144 per hour net, 0.0171 gross',
    '67.54 EUR per month net, 80.37 gross; 0.1082 per hour net, 0.1288 gross',
  ])
})

it('tells what it still costs when something is removed', async () => {
  const simulation = simulate()
  const offers = await make(wantedOf(controlPlane(3)), simulation)
  const less = wantedOf(controlPlane(1))
  const found = await findAll(simulation.hcloud)
  const { after } = pricedBy(
    planCluster(less, uid, found),
    { ...found, volumes: [] },
    options(less, offers, true),
  )
  expect(after).toEqual([{ what: 'server', type: 'cx33', location: 'fsn1', hasIpv4: true }])
})
