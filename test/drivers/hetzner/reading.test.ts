import { expect, it } from 'vitest'
import { simulatedToken } from '../../../src/hcloud/simulator/simulator.js'
import { plainServer } from '../../hcloud/simulator/asking.js'
import { controlPlane, workers } from './clusters.js'
import { addServices } from './from-inside.js'
import { type Prod, prod } from './prod.js'

const config = { ...controlPlane(1), ...workers(['default', 2]) }

async function made(): Promise<Prod> {
  const all = await prod()
  await all.open(config).provision()
  all.writes()
  return all
}

const linesOf = async (all: Prod, ...how: Parameters<Prod['open']>) => {
  const driver = all.open(...how)
  const lines = (await driver.plan!())!.map(({ action, what }) => `${action} ${what}`)
  return { lines, remarks: await driver.remarks!('provision') }
}

it('plans a cluster with what it costs, and writes nothing', async () => {
  const all = await prod()
  const { lines, remarks } = await linesOf(all, config)
  expect(lines).toContain('create server prod-default-2 (cx43, fsn1)')
  expect(remarks).toEqual([
    'now:        0.00 EUR per month net, 0.00 gross; 0.0000 per hour net, 0.0000 gross',
    expect.stringMatching(/^afterwards: 41\.97 EUR per month net, 49\.94 gross/),
    'open:       SSH to everybody, the API to everybody',
    'project:    3 servers, 3 IPv4 addresses, 0 load balancers (now 0, 0, 0); of others 0, 0, 0',
    'limits:     the API does not tell them, and new accounts often have few: see Limits in the Hetzner Console',
  ])
  expect(all.writes()).toEqual([])
  expect(all.simulator.everything().servers).toEqual([])
})

it('says in a plan who will reach the servers', async () => {
  const firewall = { ssh: ['203.0.113.0/24', '198.51.100.7/32'], api: [] }
  const { remarks } = await linesOf(await prod(), { ...config, firewall })
  expect(remarks[2]).toBe('open:       SSH to 203.0.113.0/24 and 198.51.100.7/32, the API to nobody')
})

it('plans to keep all of a cluster that stands', async () => {
  const { lines } = await linesOf(await made(), config)
  expect(lines.filter(line => !line.startsWith('keep'))).toEqual([])
})

it('plans an upgrade node by node, as a control plane tells which release each runs', async () => {
  const all = await made()
  const { lines } = await linesOf(all, config, { version: 'v1.34.1' })
  expect(lines.filter(line => !line.startsWith('keep'))).toEqual(
    ['prod-cp-1', 'prod-default-1', 'prod-default-2'].map(
      name => `change node ${name}: v1.33.5+k3s1 to v1.34.1+k3s1`,
    ),
  )
  expect(all.writes()).toEqual([])
  expect(all.sent().map(({ script }) => script.name)).toEqual(['list-nodes'])
})

it('plans labels and taints of nodes, together with their upgrade', async () => {
  const pool = (more: Record<string, unknown>) => ({
    ...controlPlane(1),
    workers: [{ name: 'default', replicas: 1, type: 'cx43', ...more }],
  })
  const all = await prod()
  await all.open(pool({ labels: { tier: 'web', old: '' }, taints: ['web=yes:NoSchedule'] })).provision()
  const next = pool({ labels: { tier: 'db' }, taints: ['db:NoExecute'] })
  const { lines } = await linesOf(all, next, { version: 'v1.33.6' })
  expect(lines.filter(line => !line.startsWith('keep'))).toEqual([
    'change node prod-cp-1: v1.33.5+k3s1 to v1.33.6+k3s1',
    'change node prod-default-1: v1.33.5+k3s1 to v1.33.6+k3s1, label tier=db, without the label old, taint db=:NoExecute, without the taint web:NoSchedule',
  ])
})

it('plans without the nodes, and says so, when no control plane answers', async () => {
  const all = await made()
  all.machines.onScript('*', { how: 'unreachable', why: 'silent' })
  const { lines } = await linesOf(all, config, { version: 'v1.34.1' })
  expect(lines.filter(line => !line.startsWith('keep'))).toEqual([])
  expect(all.events).toContainEqual({
    type: 'warning',
    message: expect.stringContaining('no control plane answers'),
  })
})

it('plans to replace the key of another token', async () => {
  const all = await made()
  const token = 'other'.padEnd(64, '1')
  all.simulator.settings.tokens[token] = 'read-write'
  const env = { HCLOUD_TOKEN: token, HCLOUD_TOKEN_PREVIOUS: simulatedToken }
  const { lines } = await linesOf(all, config, { env })
  expect(lines.filter(line => !line.startsWith('keep'))).toEqual([expect.stringMatching(/^change SSH key/)])
  expect(all.writes()).toEqual([])
})

it('tells how each server is, and what all of it costs', async () => {
  const all = await made()
  const [server] = await all.hcloud.servers.list({ name: 'prod-default-2' })
  await all.hcloud.wait('it', await all.hcloud.servers.powerOff(server!), 60_000)
  expect(await all.open(config).status()).toEqual({
    state: 'degraded',
    missing: ['prod-default-2'],
    facts: [
      'prod-cp-1: cx33 in fsn1, running',
      'prod-default-1: cx43 in fsn1, running',
      'prod-default-2: cx43 in fsn1, off',
      expect.stringMatching(/^Cost: 41\.97 EUR per month/),
    ],
  })
})

it('counts and lists what was made from inside the cluster, and nothing of others', async () => {
  const all = await made()
  await addServices(all)
  const [service] = await all.hcloud.loadBalancers.list({ name: 'a1b2c3' })
  const { facts } = await all.open(config).status()
  expect(facts!.slice(3)).toEqual([
    `a1b2c3: load balancer of a Service at ${service!.public_net.ipv4.ip}`,
    'pvc-1: volume of 10 GB, attached',
    'pvc-2: volume of 20 GB, not attached',
    // 41.97 for the servers, 7.59 for the load balancer, 30 times 0.044 for the volumes.
    expect.stringMatching(/^Cost: 50\.88 EUR per month net/),
  ])
  const { lines, remarks } = await linesOf(all, config)
  expect(lines.filter(line => /Service|volume/.test(line))).toEqual([
    'keep load balancer a1b2c3 of a Service',
    'keep volume pvc-1 (10 GB)',
    'keep volume pvc-2 (20 GB)',
  ])
  expect(remarks[0]).toMatch(/^now: {8}50\.88 EUR/)
  expect(remarks[1]).toMatch(/^afterwards: 50\.88 EUR/)
})

it('says what of the limits of the account is the cluster’s, and what others in the project have', async () => {
  const all = await made()
  await addServices(all)
  const { item, actions } = await all.hcloud.servers.create(plainServer('theirs') as never)
  await all.hcloud.wait(item.name, actions, 60_000)
  const projectOf = async (...how: Parameters<Prod['open']>) => (await linesOf(all, ...how)).remarks.slice(3)
  const own = '3 servers, 3 IPv4 addresses, 1 load balancer (now 3, 3, 1)'
  expect(await projectOf(config)).toEqual([`project:    ${own}; of others 1, 1, 1`])
  const more = { ...controlPlane(3), ...workers(['default', 3]) }
  expect(await projectOf(more)).toEqual([
    'project:    6 servers, 6 IPv4 addresses, 2 load balancers (now 3, 3, 1); of others 1, 1, 1',
    expect.stringContaining('see Limits in the Hetzner Console'),
  ])
  expect(await projectOf(controlPlane(1))).toEqual([`project:    ${own}; of others 1, 1, 1`])
  expect(await projectOf(controlPlane(1), { shrink: true })).toEqual([
    'project:    1 server, 1 IPv4 address, 1 load balancer (now 3, 3, 1); of others 1, 1, 1',
  ])
})

it('gives the addons what they need, with a token of their own when there is one', async () => {
  const all = await made()
  const [network] = await all.hcloud.networks.list()
  const [server] = await all.hcloud.servers.list({ name: 'prod-cp-1' })
  const variables = {
    LOK8S_USER_HCLOUD_TOKEN: simulatedToken,
    LOK8S_USER_HCLOUD_NETWORK: String(network!.id),
    LOK8S_USER_HCLOUD_LOCATION: 'fsn1',
    LOK8S_USER_CLUSTER_UID: network!.labels['lok8s.dev/uid'],
    LOK8S_USER_API_HOST: server!.public_net.ipv4!.ip,
    LOK8S_USER_API_PORT: '6443',
    LOK8S_USER_CONTROL_PLANES: '1',
  }
  expect(await all.open(config).export!()).toEqual(variables)
  const env = { HCLOUD_CLUSTER_TOKEN: 'c'.repeat(64) }
  expect(await all.open(config, { env }).export!()).toEqual({
    ...variables,
    LOK8S_USER_HCLOUD_TOKEN: env.HCLOUD_CLUSTER_TOKEN,
  })
})

it('names the key that leads to the servers', async () => {
  const all = await made()
  const [key] = await all.hcloud.sshKeys.list()
  expect(await all.open(config).publicKey!()).toBe(key!.public_key)
  expect(await all.open(config, { name: 'staging' }).publicKey!()).toBeUndefined()
})
