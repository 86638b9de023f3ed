import { describe, expect, it } from 'vitest'
import { keyOf } from '../../../src/drivers/hetzner/openssh.js'
import { LoError } from '../../../src/errors.js'
import { simulatedToken } from '../../../src/hcloud/simulator/simulator.js'
import { controlPlane, workers } from './clusters.js'
import {
  clusterOn,
  k3sOn,
  keysOf,
  leaving,
  membersOf,
  nodesOf,
  releasesOf,
  started,
  startsOf,
} from './inside.js'
import { killed } from './killable.js'
import { inventoryOf, type Prod, prod, removeServer, rightsProbe } from './prod.js'

const small = { ...controlPlane(1), ...workers(['default', 2]) }
const large = { ...controlPlane(3), ...workers(['default', 2]) }

async function made(config: Record<string, unknown>, version = 'v1.33.5'): Promise<Prod> {
  const all = await prod()
  await all.open(config, { version }).provision()
  all.writes()
  return all
}

it('grows a pool, and starts nothing again that runs', async () => {
  const all = await made(small)
  expect(await all.open({ ...controlPlane(1), ...workers(['default', 3]) }).provision()).toBe('configured')
  expect(inventoryOf(all).servers).toContain('prod-default-3')
  expect(nodesOf(all)).toContain('prod-default-3')
  expect(started(all)).toEqual(['prod-default-3'])
})

it('adds a pool with labels, those included that a node may not give itself', async () => {
  const all = await made(small)
  const labels = { 'node-role.kubernetes.io/worker': 'true', tier: 'gpu' }
  const more = { workers: [...small.workers, { name: 'gpu', replicas: 1, type: 'cx43', labels }] }
  await all.open({ ...controlPlane(1), ...more }).provision()
  expect(clusterOn(all).nodes.get('prod-gpu-1')!.labels).toEqual(labels)
  expect(JSON.stringify(k3sOn(all, 'prod-gpu-1').config)).not.toContain('node-role.kubernetes.io/worker')
})

it('gives nodes other labels and taints, and takes off those that the spec does not want any more', async () => {
  const pool = (more: Record<string, unknown>) => ({
    ...controlPlane(1),
    workers: [{ name: 'gpu', replicas: 2, type: 'cx43', ...more }],
  })
  const all = await made(pool({ labels: { tier: 'gpu', old: 'x' }, taints: ['gpu=yes:NoSchedule'] }))
  all.machines.bootstrap()
  const node = () => clusterOn(all).nodes.get('prod-gpu-2')!
  node().labels.theirs = 'stays'
  const next = pool({ labels: { tier: 'cpu', 'node-role.kubernetes.io/x': '' }, taints: ['x:NoExecute'] })
  expect(await all.open(next).provision()).toBe('configured')
  expect(node()).toMatchObject({
    labels: { tier: 'cpu', 'node-role.kubernetes.io/x': '', theirs: 'stays' },
    taints: [{ key: 'x', value: '', effect: 'NoExecute' }],
  })
  expect(node().labels).not.toHaveProperty('old')
  expect(await all.open(next).provision()).toBe('unchanged')
})

it('lets control planes carry workloads when there are no workers, and only then', async () => {
  const all = await made(controlPlane(1))
  all.machines.bootstrap()
  const taintsNow = () =>
    clusterOn(all)
      .nodes.get('prod-cp-1')!
      .taints.map(({ key }) => key)
  expect(taintsNow()).toEqual([])
  await all.open(small).provision()
  expect(taintsNow()).toEqual(['node-role.kubernetes.io/control-plane'])
  await all.open(controlPlane(1), { shrink: true }).provision()
  expect(taintsNow()).toEqual([])
})

it('shrinks a pool only when that is asked for: drained, out of the cluster, then out of the project', async () => {
  const all = await made(small)
  const less = { ...controlPlane(1), ...workers(['default', 1]) }
  expect(await all.open(less).provision()).toBe('unchanged')
  expect(inventoryOf(all).servers).toContain('prod-default-2')
  expect(leaving(all)).toEqual([])
  expect(await all.open(less, { shrink: true }).provision()).toBe('configured')
  expect(inventoryOf(all).servers).toEqual(['prod-cp-1', 'prod-default-1'])
  const [removal] = all.simulator.calls.filter(({ route }) => route === 'DELETE /servers/{id}')
  expect(leaving(all).filter(({ at }) => at < removal!.at)).toMatchObject([
    { name: 'drain-node', node: 'prod-default-2' },
    { name: 'remove-node', node: 'prod-default-2' },
  ])
  expect(nodesOf(all)).toEqual(['prod-cp-1', 'prod-default-1'])
})

it('fault 54: goes from one control plane to three: load balancer, names in certificates, kubeconfig', async () => {
  const all = await made(small)
  const driver = all.open(large)
  expect(await driver.provision()).toBe('configured')
  expect(all.machines.clusters()).toHaveLength(1)
  expect(membersOf(all)).toEqual(['prod-cp-1', 'prod-cp-2', 'prod-cp-3'])
  const address = (await all.hcloud.loadBalancers.list())[0]!.public_net.ipv4.ip!
  expect(k3sOn(all, 'prod-cp-1').config['tls-san']).toContain(address)
  expect(await driver.kubeconfig()).toContain(`https://${address}:6443`)
  expect(await all.open(large).provision()).toBe('unchanged')
})

it('goes back from three control planes to one', async () => {
  const all = await made(large)
  expect(await all.open(small, { shrink: true }).provision()).toBe('configured')
  expect(inventoryOf(all)).toEqual({
    ...inventoryOf(all),
    servers: ['prod-cp-1', 'prod-default-1', 'prod-default-2'],
  })
  expect(inventoryOf(all)).not.toHaveProperty('load_balancers')
  expect(membersOf(all)).toEqual(['prod-cp-1'])
  expect(await all.open(small).provision()).toBe('unchanged')
})

it.each([
  'prod-default-1',
  'prod-cp-2',
  'prod-cp-1',
])('makes %s anew when somebody has deleted it', async name => {
  const all = await made(large)
  const { token } = k3sOn(all, 'prod-cp-3')
  await removeServer(all, name)
  expect(await all.open(large).provision()).toBe('configured')
  expect(all.machines.clusters()).toHaveLength(1)
  expect(membersOf(all)).toEqual(['prod-cp-1', 'prod-cp-2', 'prod-cp-3'])
  expect(nodesOf(all)).toHaveLength(5)
  expect(k3sOn(all, 'prod-cp-3').token).toBe(token)
  expect(started(all)).toEqual([name])
  expect(await all.open(large).provision()).toBe('unchanged')
})

it('upgrades one control plane at a time, each ready before the next, then the workers', async () => {
  const all = await made(large)
  expect(await all.open(large, { version: 'v1.34.1' }).provision()).toBe('configured')
  expect(releasesOf(all)).toEqual(['v1.34.1+k3s1'])
  const order = startsOf(all)
  const planes = order.filter(line => line.includes('-cp-')).slice(-6)
  expect(planes).toEqual(
    ['prod-cp-1', 'prod-cp-2', 'prod-cp-3'].flatMap(name => [`start ${name}`, `ready ${name}`]),
  )
  expect(order.indexOf('start prod-default-1')).toBeGreaterThan(order.lastIndexOf('ready prod-cp-3'))
})

it.each([
  ['v1.35.0', 'Minor versions are not skipped'],
  ['v1.32.9', 'There is no way back'],
])('refuses to go from v1.33.5 to %s before it changes anything', async (version, hint) => {
  const all = await made(small)
  const error = await all
    .open(small, { version })
    .provision()
    .catch(thrown => thrown)
  expect(error).toBeInstanceOf(LoError)
  expect(error).toMatchObject({ code: 'SPEC_INVALID', hint: expect.stringContaining(hint) })
  expect(started(all)).toEqual([])
  expect(releasesOf(all)).toEqual(['v1.33.5+k3s1'])
})

it('refuses a way that no upgrade goes before it makes a server', async () => {
  const all = await made(small)
  const more = { ...controlPlane(1), ...workers(['default', 4]) }
  await expect(all.open(more, { version: 'v1.35.0' }).provision()).rejects.toMatchObject({
    code: 'SPEC_INVALID',
    hint: expect.stringContaining('Nothing was changed.'),
  })
  expect(all.writes()).toEqual([])
})

it('plans no upgrade of nodes that the spec does not want any more', async () => {
  const all = await made(small)
  const less = { ...controlPlane(1), ...workers(['default', 1]) }
  const plan = await all.open(less, { version: 'v1.34.1' }).plan!()
  const changes = plan!.filter(({ action }) => action === 'change').map(({ what }) => what)
  expect(changes).toEqual(
    ['prod-cp-1', 'prod-default-1'].map(name => `node ${name}: v1.33.5+k3s1 to v1.34.1+k3s1`),
  )
})

it('joins a new control plane at those that hold the data, though the spec does not want them any more', async () => {
  const all = await made(large)
  const { token } = k3sOn(all, 'prod-cp-3')
  await removeServer(all, 'prod-cp-1')
  expect(await all.open(small).provision()).toBe('configured')
  expect(all.machines.clusters()).toHaveLength(1)
  expect(membersOf(all)).toEqual(['prod-cp-1', 'prod-cp-2', 'prod-cp-3'])
  // Workers had joined at the load balancer, which the spec does not want any more either.
  expect(started(all)).toEqual(['prod-cp-1', 'prod-default-1', 'prod-default-2'])
  await all.open(small, { shrink: true }).provision()
  expect(membersOf(all)).toEqual(['prod-cp-1'])
  expect(nodesOf(all)).toEqual(['prod-cp-1', 'prod-default-1', 'prod-default-2'])
  expect(k3sOn(all, 'prod-cp-1').token).toContain(token.split('::').at(-1))
})

it('does the same in one run that also removes them', async () => {
  const all = await made(large)
  await removeServer(all, 'prod-cp-1')
  expect(await all.open(small, { shrink: true }).provision()).toBe('configured')
  expect(all.machines.clusters()).toHaveLength(1)
  expect(membersOf(all)).toEqual(['prod-cp-1'])
  expect(await all.open(small).provision()).toBe('unchanged')
})

it('begins no new cluster when nobody who holds the data answers', async () => {
  const all = await made(large)
  await removeServer(all, 'prod-cp-1')
  for (const server of ['prod-cp-2', 'prod-cp-3']) {
    all.machines.onScript('*', { how: 'unreachable', why: 'silent' }, { server })
  }
  await expect(all.open(small).provision()).rejects.toMatchObject({
    message: 'All control planes of prod are lost, and its data with them.',
  })
})

it('says of pods that nobody may move what they are, and not that they are slow', async () => {
  const all = await made(small)
  const said = 'error: cannot delete Pods that declare no controller (use --force to override): default/alone'
  all.machines.onScript('drain-node', { how: 'answer', stdout: `refused\n${said}\n`, takes: 2000 })
  const less = { ...controlPlane(1), ...workers(['default', 1]) }
  await expect(all.open(less, { shrink: true }).provision()).rejects.toMatchObject({
    message: 'The pods of prod-default-2 cannot be moved.',
    detail: said,
  })
  expect(inventoryOf(all).servers).toContain('prod-default-2')
})

it('changes firewall rules, and nothing on servers', async () => {
  const all = await made(small)
  const firewall = { ssh: ['203.0.113.0/24'], api: ['203.0.113.0/24'] }
  expect(await all.open({ ...small, firewall }).provision()).toBe('configured')
  expect(all.writes()).toEqual([
    'POST /firewalls/{id}/actions/set_rules',
    'POST /firewalls/{id}/actions/set_rules',
  ])
  expect(started(all)).toEqual([])
})

it('closes the firewall of workers that the spec dropped and that still run, and removes it with them', async () => {
  const all = await made(small)
  const less = { ...controlPlane(1), firewall: { ssh: ['203.0.113.0/24'] } }
  expect(await all.open(less).provision()).toBe('configured')
  const rulesOf = async () => (await all.hcloud.firewalls.list({ name: 'prod-workers' }))[0]?.rules
  expect((await rulesOf())!.find(({ port }) => port === '22')!.source_ips).toEqual(['203.0.113.0/24'])
  expect(await all.open(less).provision()).toBe('unchanged')
  const [firewall] = await all.hcloud.firewalls.list({ name: 'prod-workers' })
  const targets = firewall!.applied_to.flatMap(({ label_selector }) =>
    label_selector ? [{ type: 'label_selector' as const, label_selector }] : [],
  )
  await all.hcloud.wait('it', await all.hcloud.firewalls.removeFrom(firewall!, targets), 60_000)
  expect(await all.open(less, { shrink: true }).provision()).toBe('configured')
  expect(inventoryOf(all).firewalls).toEqual(['prod-cp'])
})

it('names all that stays without --shrink, and what of it is paid for', async () => {
  const all = await made(large)
  const warnings = () =>
    all.events.splice(0).flatMap(event => (event.type === 'warning' ? `${event.message}: ${event.hint}` : []))
  warnings()
  const removes = '`lo provision --shrink` removes it'
  await all.open(controlPlane(1)).provision()
  expect(warnings().filter(text => text.endsWith(removes))).toEqual([
    `load balancer prod-api is not in the spec any more, stays, and is paid for: ${removes}`,
    `placement group prod-default-pg-1 is not in the spec any more, and stays: ${removes}`,
    `firewall prod-workers is not in the spec any more, and stays: ${removes}`,
  ])
  await all.open(controlPlane(1), { shrink: true }).provision()
  expect(warnings().filter(text => text.includes('not in the spec any more'))).toEqual([])
})

/** What is said before the first write, in order. */
async function announced(all: Prod, ...how: Parameters<Prod['open']>): Promise<string[]> {
  const { length } = all.simulator.calls
  const before: string[] = []
  all.events.length = 0
  const isWrite = ({ route, path }: (typeof all.simulator.calls)[number]) =>
    !route.startsWith('GET ') && path !== rightsProbe
  const push = all.events.push.bind(all.events)
  all.events.push = event => {
    const isFirst = !all.simulator.calls.slice(length).some(isWrite)
    if (event.type === 'notice' && isFirst) before.push(event.message)
    return push(event)
  }
  await all.open(...how).provision()
  all.events.push = push
  return before
}

it('says before its first write what the cluster costs afterwards, and who reaches it', async () => {
  const all = await prod()
  const firewall = { ssh: ['203.0.113.0/24'] }
  expect(await announced(all, { ...controlPlane(1), firewall })).toEqual([
    expect.stringMatching(/^now: {8}0\.00 EUR per month net/),
    expect.stringMatching(/^afterwards: 8\.99 EUR per month net/),
    'open:       SSH to 203.0.113.0/24, the API to everybody',
  ])
  expect(await announced(all, { ...controlPlane(1) })).toEqual([])
  expect(await announced(all, small)).toEqual([
    expect.stringMatching(/^now: {8}8\.99 EUR/),
    expect.stringMatching(/^afterwards: 41\.97 EUR/),
    'open:       SSH to everybody, the API to everybody',
    'volumes:    what they cost comes on top',
  ])
  expect(await announced(all, controlPlane(1))).toEqual([])
  const [, afterwards] = await announced(all, controlPlane(1), { shrink: true })
  expect(afterwards).toMatch(/^afterwards: 8\.99 EUR/)
})

it('does not say again what a plan of the same run has told', async () => {
  const all = await prod()
  const driver = all.open(small)
  await driver.plan!()
  await driver.provision()
  expect(JSON.stringify(all.events)).not.toContain('afterwards:')
})

it('closes the load balancer to the internet together with the firewall, and leads to a control plane then', async () => {
  const all = await made(large)
  const driver = all.open({ ...large, firewall: { api: ['203.0.113.0/24'] } })
  expect(await driver.provision()).toBe('configured')
  const [balancer] = await all.hcloud.loadBalancers.list()
  const [first] = await all.hcloud.servers.list({ name: 'prod-cp-1' })
  expect(balancer!.public_net.enabled).toBe(false)
  expect(await driver.kubeconfig()).toContain(`https://${first!.public_net.ipv4!.ip}:6443`)
  expect(started(all)).toEqual([])
  expect(await all.open(large).provision()).toBe('configured')
  expect((await all.hcloud.loadBalancers.list())[0]!.public_net.enabled).toBe(true)
})

it('says that another network is only for a new cluster', async () => {
  const all = await made(small)
  expect(await all.open({ ...small, network: { cidr: '10.1.0.0/16' } }).provision()).toBe('unchanged')
  expect(all.events).toContainEqual(
    expect.objectContaining({ message: 'the network stays 10.0.0.0/16, though the spec says 10.1.0.0/16' }),
  )
})

it('says before anything is made that a cluster has more servers than a network takes', async () => {
  const all = await prod()
  await all.open({ ...controlPlane(3), ...workers(['default', 98]) }).plan!()
  expect(all.events).toContainEqual({
    type: 'warning',
    message: 'prod has 102 servers and load balancers; Hetzner lets 100 into a network unless asked',
  })
})

describe('with another token', () => {
  const token = 'other'.padEnd(64, '1')
  const env = { HCLOUD_TOKEN: token }

  async function rotated(): Promise<Prod> {
    const all = await made(small)
    all.simulator.settings.tokens = { [token]: 'read-write' }
    return all
  }

  it('stops, and says how to go on', async () => {
    const all = await rotated()
    const error = await all
      .open(small, { env })
      .provision()
      .catch(thrown => thrown)
    expect(error).toMatchObject({
      code: 'TOKEN_REFUSED',
      hint: expect.stringContaining('HCLOUD_TOKEN_PREVIOUS'),
    })
    expect(all.writes()).toEqual([])
    expect(all.reached().scripts).toBe(0)
  })

  it('gets in with the previous one once, and without it afterwards', async () => {
    const all = await rotated()
    const previous = { ...env, HCLOUD_TOKEN_PREVIOUS: simulatedToken }
    expect(await all.open(small, { env: previous }).provision()).toBe('configured')
    expect(inventoryOf(all).ssh_keys).toHaveLength(1)
    const [key] = all.simulator.everything().ssh_keys!
    for (const name of ['prod-cp-1', 'prod-default-1', 'prod-default-2']) {
      expect(keysOf(all, name)).toEqual([keyOf(String(key!.public_key))])
    }
    expect(all.machines.clusters()).toHaveLength(1)
    expect(await all.open(small, { env }).provision()).toBe('unchanged')
    expect(await all.open({ ...small, ...workers(['default', 3]) }, { env }).provision()).toBe('configured')
  })
})

it('goes on with another token where a run that was killed has left it', async () => {
  const token = 'other'.padEnd(64, '1')
  const options = { env: { HCLOUD_TOKEN: token, HCLOUD_TOKEN_PREVIOUS: simulatedToken } }
  const start = async () => {
    const all = await made(controlPlane(1))
    all.simulator.settings.tokens[token] = 'read-write'
    return all
  }
  const calm = await start()
  await calm.open(controlPlane(1), options).provision()
  const { scripts, calls } = calm.reached()
  for (const [what, many] of [
    ['script', scripts],
    ['call', calls],
  ] as const) {
    // The last few of each are those that matter: keys in, keys out, the key of the project.
    for (const number of [many - 3, many - 2, many - 1, many]) {
      const all = await start()
      all.killAt({ what, number, when: 'after' })
      await expect(all.open(controlPlane(1), options).provision()).rejects.toBe(killed)
      expect(await all.open(controlPlane(1), options).provision()).not.toBe('created')
      const [key] = await all.hcloud.sshKeys.list()
      expect(keysOf(all, 'prod-cp-1')).toEqual([keyOf(key!.public_key)])
      const env = { HCLOUD_TOKEN: token }
      expect(await all.open(controlPlane(1), { env }).provision()).toBe('unchanged')
    }
  }
})

it('looks at each server once when nothing is to be done', async () => {
  const all = await made(small)
  await all.open(small).provision()
  const scripts = all.sent().filter(({ server }) => server === 'prod-default-1')
  expect(scripts.map(({ script }) => script.name)).toEqual([
    'look',
    'install-k3s',
    'write-k3s-config',
    'start-k3s',
    'wait-for-k3s',
  ])
})
