import { expect, it } from 'vitest'
import { parse } from 'yaml'
import { controlPlane, workers } from './clusters.js'
import { membersOf, nodesOf } from './inside.js'
import { inventoryOf, type Prod, prod } from './prod.js'

const config = { ...controlPlane(3), ...workers(['default', 2]) }

it('makes a cluster of three control planes and two workers in an empty project', async () => {
  const all = await prod()
  const driver = all.open(config)
  expect(await driver.provision()).toBe('created')
  expect(inventoryOf(all)).toEqual({
    servers: ['prod-cp-1', 'prod-cp-2', 'prod-cp-3', 'prod-default-1', 'prod-default-2'],
    networks: ['prod'],
    firewalls: ['prod-cp', 'prod-workers'],
    load_balancers: ['prod-api'],
    placement_groups: ['prod-cp-pg-1', 'prod-default-pg-1'],
    ssh_keys: [expect.stringMatching(/^prod-lo-[0-9a-f]{4}$/)],
  })
  expect(all.machines.clusters()).toHaveLength(1)
  expect(membersOf(all)).toEqual(['prod-cp-1', 'prod-cp-2', 'prod-cp-3'])
  expect(nodesOf(all)).toHaveLength(5)
  expect(await driver.status()).toMatchObject({ state: 'running', missing: [] })
  const kubeconfig = parse((await driver.kubeconfig())!)
  const balancer = (await all.hcloud.loadBalancers.list())[0]!
  expect(kubeconfig).toMatchObject({
    'current-context': 'prod',
    clusters: [{ name: 'prod', cluster: { server: `https://${balancer.public_net.ipv4.ip}:6443` } }],
  })
})

it('changes nothing the second time, with another run of lo', async () => {
  const all = await prod()
  const first = all.open(config)
  await first.provision()
  all.writes()
  const second = all.open(config)
  expect(await second.provision()).toBe('unchanged')
  expect(all.writes()).toEqual([])
  expect(await all.open(config).kubeconfig()).toBe(await first.kubeconfig())
})

it('removes all of it, and nothing that belongs to others', async () => {
  const all = await prod()
  const other = all.open({ ...controlPlane(1) }, { name: 'prod-2' })
  await other.provision()
  const before = JSON.stringify(all.simulator.everything())
  const driver = all.open(config)
  await driver.provision()
  await driver.destroy()
  expect(await driver.inventory()).toEqual([])
  expect(JSON.stringify(all.simulator.everything())).toBe(before)
  all.writes()
  await driver.destroy()
  expect(all.writes()).toEqual([])
  expect(await driver.status()).toEqual({ state: 'absent', missing: [] })
  expect(await driver.kubeconfig()).toBeUndefined()
})

/** When a script was sent to a server first. */
const firstSent = (all: Prod, name: string, server: string) =>
  all.sent().find(one => one.script.name === name && one.server === server)!.at

it('lets no server wait for one that takes longer to be made, or to boot', async () => {
  const all = await prod()
  all.simulator.onAction('create_server', { how: 'never ends' }, { after: 4, times: 1 })
  all.machines.onScript(
    '*',
    { how: 'unreachable', why: 'silent', while: () => all.world.now() < 200_000 },
    { server: 'prod-cp-3' },
  )
  await expect(all.open(config).provision()).rejects.toMatchObject({ code: 'ACTION_FAILED' })
  // 25 seconds until a server runs, 32 until it has booted, and what is asked in between.
  expect(firstSent(all, 'start-k3s', 'prod-cp-1')).toBeLessThan(75_000)
  expect(firstSent(all, 'start-k3s', 'prod-cp-2')).toBeLessThan(110_000)
  expect(membersOf(all)).toEqual(['prod-cp-1', 'prod-cp-2', 'prod-cp-3'])
  expect(nodesOf(all)).toHaveLength(4)
})

it('ends with what the API says when it does not tell of the load balancer while control planes join', async () => {
  const all = await prod()
  const refusal = { how: 'refuse', status: 403, code: 'forbidden' } as const
  all.simulator.onCall('GET /load_balancers/{id}', refusal, { after: 1 })
  await expect(all.open(controlPlane(3)).provision()).rejects.toMatchObject({ code: 'TOKEN_REFUSED' })
  expect(membersOf(all)).toEqual(['prod-cp-1', 'prod-cp-2', 'prod-cp-3'])
})
