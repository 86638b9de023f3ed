import path from 'node:path'
import { expect, it } from 'vitest'
import { withAftermath } from '../../../../src/drivers/aftermath.js'
import { destroyCluster } from '../../../../src/drivers/destroy.js'
import { formatKubeconfig } from '../../../../src/drivers/hetzner/kubeconfig.js'
import { labelOfKey } from '../../../../src/drivers/hetzner/openssh.js'
import { deriveSecrets } from '../../../../src/drivers/hetzner/secrets.js'
import { withLock } from '../../../../src/drivers/lock.js'
import { LoError } from '../../../../src/errors.js'
import { simulatedToken } from '../../../../src/hcloud/simulator/simulator.js'
import { makeFolder } from '../../../helpers/project.js'
import { controlPlane, workers } from '../clusters.js'
import { post } from '../from-inside.js'
import { k3sOn, machineOf, membersOf } from '../inside.js'
import { killed } from '../killable.js'
import { inventoryOf, type Prod, prod, removeServer } from '../prod.js'
import { countOf, destroyWith, namesOf, provisionWith, single, standing, textOf, usual } from './runs.js'

it('fault 31: of a run that is killed in the middle of its orders nothing is made twice', async () => {
  const all = await prod()
  all.killAt({ what: 'call', number: 24, when: 'after' })
  await expect(all.open(usual).provision()).rejects.toBe(killed)
  expect(namesOf(all, 'servers').length).toBeGreaterThan(0)
  expect((await provisionWith(() => {}, { all, config: usual })).outcome).toBe('configured')
  expect(namesOf(all, 'servers')).toHaveLength(5)
  expect(countOf(all, 'POST /servers')).toBe(5)
})

it('fault 32: a network without a subnet gets it', async () => {
  const all = await standing()
  const [network] = await all.hcloud.networks.list()
  await removeServer(all, 'prod-cp-1')
  await post(all, `/networks/${network!.id}/actions/delete_subnet`, { ip_range: '10.0.0.0/16' })
  await all.hcloud.networks.setLabels(network!, { ...network!.labels, 'lok8s.dev/initialized': 'yes' })
  await all.world.sleep(10_000)
  const { error } = await provisionWith(() => {}, { all })
  // Its only control plane is gone, which is another matter.
  expect(error?.message).toContain('are lost')
  expect((await all.hcloud.networks.list())[0]!.subnets).toHaveLength(1)
})

it('fault 33: what was killed before the kubeconfig was saved gets it without beginning a second cluster', async () => {
  const all = await prod()
  await all.open().provision()
  const { scripts } = all.reached()
  const again = await prod()
  again.killAt({ what: 'script', number: scripts, when: 'before' })
  await expect(again.open().provision()).rejects.toBe(killed)
  const driver = again.open()
  await driver.provision()
  expect(await driver.kubeconfig()).toContain('https://')
  expect(again.machines.clusters()).toHaveLength(1)
})

it('fault 34: what was killed while the second control plane joined goes on with it', async () => {
  const all = await prod()
  all.killAt({ what: 'script', name: 'start-k3s', server: 'prod-cp-2', when: 'after' })
  await expect(all.open(usual).provision()).rejects.toBe(killed)
  expect((await provisionWith(() => {}, { all, config: usual })).outcome).toBe('configured')
  expect(membersOf(all)).toEqual(['prod-cp-1', 'prod-cp-2', 'prod-cp-3'])
  expect(all.machines.clusters()).toHaveLength(1)
})

it.each([
  'make-host-key',
  'use-host-key',
] as const)('fault 35: what was killed around %s still gets in, and ends with a key of its own', async name => {
  for (const how of ['stop before', 'stop after'] as const) {
    const all = await prod()
    all.machines.onScript(name, { how, error: new LoError('INTERRUPTED', 'stopped') }, { times: 1 })
    expect((await provisionWith(() => {}, { all })).error?.code).toBe('INTERRUPTED')
    expect((await provisionWith(() => {}, { all })).outcome).toBe('configured')
    const [server] = await all.hcloud.servers.list()
    expect(server!.labels).not.toHaveProperty('lok8s.dev/hostkey-next')
    const { hostKey, nextHostKey } = machineOf(all, 'prod-cp-1')
    expect(nextHostKey).toBeUndefined()
    expect(server!.labels['lok8s.dev/hostkey']).toBe(labelOfKey(hostKey))
    expect(all.simulator.server('prod-cp-1')!.userData).not.toContain(hostKey)
  }
})

it('fault 50: a load balancer that somebody has taken out of the network is put back', async () => {
  const all = await standing(usual)
  const [balancer] = await all.hcloud.loadBalancers.list()
  const [network] = await all.hcloud.networks.list()
  await post(all, `/load_balancers/${balancer!.id}/actions/remove_target`, {
    type: 'label_selector',
    label_selector: balancer!.targets[0]!.label_selector,
  })
  await all.world.sleep(10_000)
  await post(all, `/load_balancers/${balancer!.id}/actions/detach_from_network`, {
    network: network!.id,
  })
  await all.world.sleep(10_000)
  expect((await provisionWith(() => {}, { all, config: usual })).outcome).toBe('configured')
  const [now] = await all.hcloud.loadBalancers.list()
  expect([now!.private_net.length, now!.targets.length]).toEqual([1, 1])
})

/** Refuses a change as one that is there already, though it is not. */
const alreadyThere =
  (route: string, code: string) =>
  ({ simulator }: Prod) =>
    simulator.onCall(`POST ${route}`, { how: 'refuse', status: code.startsWith('source') ? 412 : 422, code })

/** The same, and lets it be over. */
async function change(all: Prod, path: string, value: unknown): Promise<void> {
  await post(all, path, value)
  await all.world.sleep(10_000)
}

it.each([
  ['add_service', 'source_port_already_used', 'add service'],
  ['add_target', 'target_already_defined', 'add target'],
])('a load balancer for which %s is said to be done (%s) is looked at, and named when it is not', async (action, code, missing) => {
  const all = await standing(usual)
  const [balancer] = await all.hcloud.loadBalancers.list()
  const { label_selector } = balancer!.targets[0]!
  const undo = {
    add_service: () =>
      change(all, `/load_balancers/${balancer!.id}/actions/delete_service`, { listen_port: 6443 }),
    add_target: () =>
      change(all, `/load_balancers/${balancer!.id}/actions/remove_target`, {
        type: 'label_selector',
        label_selector,
      }),
  }
  await undo[action as keyof typeof undo]()
  const { error } = await provisionWith(alreadyThere(`/load_balancers/{id}/actions/${action}`, code), {
    all,
    config: usual,
  })
  expect(error).toMatchObject({
    code: 'ACTION_FAILED',
    message: 'The load balancer prod-api is not as it should be after it was changed.',
    detail: expect.stringContaining(`still to do: ${missing}`),
  })
})

it('takes a service that somebody else has added meanwhile for done when it is the wanted one', async () => {
  const all = await standing(usual)
  const [balancer] = await all.hcloud.loadBalancers.list()
  const service = balancer!.services[0]!
  await change(all, `/load_balancers/${balancer!.id}/actions/delete_service`, { listen_port: 6443 })
  const { outcome, error } = await provisionWith(
    ({ simulator }) =>
      simulator.onCall('POST /load_balancers/{id}/actions/add_service', {
        how: 'answer wrongly',
        status: 412,
        code: 'source_port_already_used',
      }),
    { all, config: usual },
  )
  expect(textOf(error).trim()).toBe('')
  expect(outcome).toBe('configured')
  expect((await all.hcloud.loadBalancers.list())[0]!.services).toEqual([service])
})

it('a firewall that is said to cover the servers is looked at, and named when it does not', async () => {
  const all = await standing()
  const [firewall] = await all.hcloud.firewalls.list()
  const targets = firewall!.applied_to.flatMap(({ label_selector }) =>
    label_selector ? [{ type: 'label_selector' as const, label_selector }] : [],
  )
  await all.hcloud.wait('it', await all.hcloud.firewalls.removeFrom(firewall!, targets), 60_000)
  const { error } = await provisionWith(
    alreadyThere('/firewalls/{id}/actions/apply_to_resources', 'firewall_already_applied'),
    { all },
  )
  expect(error?.message).toBe('The firewall prod-cp does not cover the servers of the cluster.')
})

it('fault 51: rules that somebody has changed are as the spec has them again, and other firewalls stay', async () => {
  const all = await standing()
  const [firewall] = await all.hcloud.firewalls.list()
  await all.hcloud.firewalls.create({ name: 'theirs', labels: {}, rules: [], apply_to: [] })
  await all.hcloud.wait('it', await all.hcloud.firewalls.setRules(firewall!, []), 60_000)
  expect((await provisionWith(() => {}, { all })).outcome).toBe('configured')
  const rules = (await all.hcloud.firewalls.list()).map(({ name, rules }) => [name, rules.length])
  expect(rules).toEqual([
    ['prod-cp', 3],
    ['theirs', 0],
  ])
})

it('fault 53: networks that overlap are refused before the API is asked', async () => {
  const all = await prod()
  expect(() => all.open({ network: { cidr: '10.244.0.0/16' } })).toThrow(
    expect.objectContaining({ code: 'SPEC_INVALID' }),
  )
  expect(all.simulator.calls).toEqual([])
})

it('fault 55: what is too many is named, with the way to have it removed', async () => {
  const all = await standing({ ...single, ...workers(['default', 1]) })
  await provisionWith(() => {}, { all })
  expect(all.events).toContainEqual({
    type: 'warning',
    message: 'prod-default-1 is not in the spec any more, and stays',
    hint: '`lo provision --shrink` drains and removes it',
  })
  expect(namesOf(all, 'servers')).toContain('prod-default-1')
})

it('fault 55: a node whose pods go nowhere is not removed', async () => {
  const config = { ...single, ...workers(['default', 1]) }
  const all = await standing(config)
  const { error } = await provisionWith(
    ({ machines }) =>
      machines.onScript('drain-node', {
        how: 'answer',
        stdout: 'late\ncannot evict pod as it would violate the budget',
      }),
    { all, options: { shrink: true } },
  )
  expect(error?.detail).toContain('would violate the budget')
  expect(namesOf(all, 'servers')).toContain('prod-default-1')
})

it('fault 65: nothing is destroyed while a provision is at work', async () => {
  const all = await prod()
  const lock = path.join(makeFolder(), 'lock')
  const driver = all.open()
  const opened = { cluster: all.clusterOf(), driver, lock }
  const ctx = { ...all.ctx, signal: all.world.signal }
  let provision: Promise<string> | undefined
  await new Promise<void>(resolve => {
    provision = withLock(lock, 'example.com', ctx, () => {
      resolve()
      return driver.provision()
    })
  })
  await expect(destroyCluster(opened, ctx)).rejects.toMatchObject({ code: 'CLUSTER_BUSY' })
  expect(await provision).toBe('created')
  expect(namesOf(all, 'servers')).toEqual(['prod-cp-1'])
  await destroyCluster(opened, ctx)
  expect(Object.values(all.simulator.everything()).flat()).toEqual([])
})

it('fault 71: an interrupt at any call ends everything, says how to go on, and the next run does', async () => {
  const calm = await prod()
  await calm.open().provision()
  const { calls } = calm.reached()
  const reason = new LoError('INTERRUPTED', 'Interrupted (SIGINT).')
  for (let number = 1; number <= calls; number += 1) {
    const all = await prod()
    const opened = { cluster: all.clusterOf(), driver: all.open(), lock: '' }
    const signal = AbortSignal.abort(reason)
    all.killAt({ what: 'call', number, when: 'under way', reason })
    const again = 'Run `lo provision` again.'
    const run = withAftermath(opened, again, { signal }, () => opened.driver.provision())
    await expect(run).rejects.toMatchObject({ code: 'INTERRUPTED', exitCode: 130, hint: again })
    // Whatever it has begun comes to its end within this time.
    await all.world.sleep(1000)
    const { length } = all.simulator.calls
    await all.world.sleep(600_000)
    expect(all.simulator.calls).toHaveLength(length)
    const { outcome } = await provisionWith(() => {}, { all })
    expect(['created', 'configured', 'unchanged']).toContain(outcome)
    expect(inventoryOf(all)).toEqual({ ...inventoryOf(calm), ssh_keys: [expect.any(String)] })
  }
})

it('fault 72: nothing secret is told, stands in user data or labels, or is in an error', async () => {
  const all = await standing(usual)
  const shown: string[] = []
  // Of the first control plane as it was made up here, of the others as k3s writes it.
  const tokensOf = (one: Prod) => ['prod-cp-1', 'prod-cp-2'].map(name => k3sOn(one, name).token)
  const tokens = tokensOf(all)
  const { text } = all.sent().find(({ script }) => script.values.token?.startsWith('K10'))!.script
  const failing = await provisionWith(
    all =>
      all.machines.onScript('wait-for-k3s', {
        how: 'answer',
        stdout: `late\n${text}\ntokens are ${tokens.join(' ')}\nBearer ${simulatedToken}`,
      }),
    { all, config: { ...controlPlane(3), ...workers(['default', 3]) } },
  )
  expect(failing.error?.detail).toContain('tokens are <secret> <secret>\nBearer <secret>')
  shown.push(textOf(failing.error), JSON.stringify(all.events))
  all.machines.endFaults()
  await destroyWith(() => {}, { all, config: usual })
  const again = await standing(usual)
  const [server] = await again.hcloud.servers.list()
  shown.push(JSON.stringify(again.simulator.everything()), JSON.stringify(again.events))
  const userData = namesOf(again, 'servers').map(
    name => [name, again.simulator.server(name)!.userData] as const,
  )
  const secrets = deriveSecrets(simulatedToken, 'prod', server!.labels['lok8s.dev/uid']!)
  tokens.push(secrets.k3sToken, ...tokensOf(again))
  const hidden = [simulatedToken, body(secrets.userKey.privateKey), ...tokens]
  for (const secret of hidden)
    for (const text of [...shown, ...userData.map(([, text]) => text)]) {
      expect(text.includes(secret)).toBe(false)
    }
  expect(shown.join('')).not.toMatch(/K10[0-9a-f]{64}::/)
  for (const [name, text] of userData) {
    const others = userData
      .filter(([other]) => other !== name)
      .map(([other]) => body(secrets.hostKey(other).privateKey))
    for (const other of others) expect(text.includes(other)).toBe(false)
    expect(text).toContain(body(secrets.hostKey(name).privateKey))
  }
})

it('fault 72: a kubeconfig that cannot be read is not shown', () => {
  const text = 'clusters: [\nclient-key-data: very-secret'
  expect(() => formatKubeconfig(text, 'prod', '203.0.113.7')).toThrow(
    expect.objectContaining({ message: expect.not.stringContaining('very-secret') }),
  )
})

/** A line of a private key that no other has: the first one tells the format. */
const body = (key: string) => key.split('\n')[2]!
