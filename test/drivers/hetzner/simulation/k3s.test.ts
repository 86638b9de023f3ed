import { expect, it } from 'vitest'
import { installK3s } from '../../../../src/drivers/hetzner/scripts/install-k3s.js'
import { look, parseLook } from '../../../../src/drivers/hetzner/scripts/look.js'
import {
  changeNodes,
  listNodes,
  parseNodes,
  removeNode,
} from '../../../../src/drivers/hetzner/scripts/nodes.js'
import { readKubeconfig } from '../../../../src/drivers/hetzner/scripts/read.js'
import { startK3s } from '../../../../src/drivers/hetzner/scripts/start-k3s.js'
import { joinAt, openCluster, openYard, privateOf, secrets, tokenOf, version, wait } from './yard.js'

it('makes a cluster of three control planes and a worker, in the time that takes', async () => {
  const yard = await openYard()
  const [one] = await openCluster(yard)
  const worker = await yard.make('prod-default-1')
  const begin = yard.world.now()
  await yard.startWorker(worker, one)
  expect(await yard.ask(worker, wait('agent'))).toBe('ready\n')
  expect(yard.world.now() - begin).toBeGreaterThan(50_000)
  expect(yard.machines.clusters()).toHaveLength(1)
  expect(parseNodes(await yard.ask(one, listNodes()))).toEqual(
    ['prod-cp-1', 'prod-cp-2', 'prod-cp-3', 'prod-default-1'].map(name => ({
      name,
      version,
      isReady: false,
      labels: { pool: 'default' },
      taints: [
        { key: 'node.cloudprovider.kubernetes.io/uninitialized', value: 'true', effect: 'NoSchedule' },
      ],
      given: [],
    })),
  )
  yard.machines.bootstrap()
  expect(
    parseNodes(await yard.ask(one, listNodes())).map(({ isReady, taints }) => [isReady, taints]),
  ).toEqual(Array(4).fill([true, []]))
  expect(parseLook(await yard.ask(one, look()))).toEqual({ k3s: version, data: 'server', joins: undefined })
  expect(parseLook(await yard.ask(worker, look()))).toEqual({
    k3s: version,
    data: 'agent',
    joins: `https://${privateOf(one)}:6443`,
  })
  expect(await yard.ask(one, readKubeconfig())).toContain('https://127.0.0.1:6443')
})

it('needs 30 seconds for the first control plane, and lets the others join one at a time', async () => {
  const yard = await openYard()
  const [one, two, three] = await Promise.all(['prod-cp-1', 'prod-cp-2', 'prod-cp-3'].map(yard.make))
  await yard.startControlPlane(one!, { cluster: 'new' })
  const begin = yard.world.now()
  await yard.ask(one!, wait('server'))
  expect(yard.world.now() - begin).toBeGreaterThanOrEqual(29_000)
  await Promise.all([two!, three!].map(server => yard.startControlPlane(server, joinAt(one!))))
  const joined = yard.world.now()
  await Promise.all([two!, three!].map(server => yard.ask(server, wait('server'))))
  expect(yard.world.now() - joined).toBeGreaterThan(45_000)
  expect(yard.machines.get('prod-cp-3')!.k3s.journal).toEqual([expect.stringContaining('too many learner')])
})

it('takes a join token in either form, and no other', async () => {
  const yard = await openYard()
  const [one, two, three] = await Promise.all(
    ['prod-cp-1', 'prod-default-1', 'prod-default-2'].map(yard.make),
  )
  await yard.startControlPlane(one!, { cluster: 'new' })
  await yard.ask(one!, wait('server'))
  const token = await tokenOf(yard, one!)
  expect(token).toMatch(new RegExp(`^K10[0-9a-f]{64}::server:${secrets.k3sToken}$`))
  await yard.startWorker(two!, one!, token)
  expect(await yard.ask(two!, wait('agent'))).toBe('ready\n')
  await yard.startWorker(three!, one!, 'wrong')
  expect(await yard.ask(three!, wait('agent', 30))).toMatch(/^late\n.*not authorized/)
})

it('does not start a control plane whose data is of another token', async () => {
  const yard = await openYard()
  const server = await yard.make('prod-cp-1')
  await yard.startControlPlane(server, { cluster: 'new' })
  await yard.ask(server, wait('server'))
  await yard.startControlPlane(server, { cluster: 'new' }, 'another')
  expect(await yard.ask(server, wait('server', 10))).toMatch(/^late\n.*encrypted with different token/)
})

it('never makes a second cluster on a server that has data', async () => {
  const yard = await openYard()
  const [, two] = await openCluster(yard)
  await yard.startControlPlane(two, { cluster: 'new' })
  expect(await yard.ask(two, wait('server'))).toBe('ready\n')
  expect(yard.machines.clusters()).toHaveLength(1)
})

it('lets a new server of an old name join when node and member are gone, and not before', async () => {
  const yard = await openYard()
  const [one, two] = await openCluster(yard)
  await yard.hcloud.wait('delete', await yard.hcloud.servers.remove(two), 60_000)
  const again = await yard.make('prod-cp-2')
  await yard.startControlPlane(again, joinAt(one))
  expect(await yard.ask(again, wait('server', 20))).toMatch(/^late\n.*Node password rejected/)
  expect(await yard.ask(one, removeNode('prod-cp-2'))).toBe('removed\n')
  expect(await yard.ask(again, wait('server'))).toBe('ready\n')
  expect([...yard.machines.clusters()[0]!.members.keys()].sort()).toEqual([
    'prod-cp-1',
    'prod-cp-2',
    'prod-cp-3',
  ])
})

it('answers nothing any more when two of three control planes are lost', async () => {
  const yard = await openYard()
  const [one, two, three] = await openCluster(yard)
  for (const server of [two, three]) {
    await yard.hcloud.wait('delete', await yard.hcloud.servers.remove(server), 60_000)
  }
  expect(await yard.send(one, listNodes())).toMatchObject({ outcome: 'ended', status: 1 })
  expect(await yard.ask(one, wait('server', 10))).toMatch(/^late\n.*no leader/)
})

it('upgrades a node when k3s is started again with another release', async () => {
  const yard = await openYard()
  const [one] = await openCluster(yard)
  expect(await yard.ask(one, startK3s({ kind: 'server' }))).toBe('unchanged\n')
  await yard.ask(one, installK3s({ version: 'v1.34.1+k3s1' }))
  expect(await yard.ask(one, startK3s({ kind: 'server' }))).toBe('changed\n')
  expect(await yard.ask(one, wait('server'))).toBe('ready\n')
  const versions = parseNodes(await yard.ask(one, listNodes())).map(node => node.version)
  expect(versions).toEqual(['v1.34.1+k3s1', version, version])
})

it('gives a node what kubectl would, and keeps that when k3s starts again, whatever its configuration says', async () => {
  const yard = await openYard()
  const [one, two] = await openCluster(yard)
  const change = {
    nodes: ['prod-cp-2'],
    labels: ['node-role.kubernetes.io/x=y', 'pool-'],
    taints: ['gpu=yes:NoSchedule', 'gpu=yes:NoExecute', 'gpu=no:NoSchedule'],
    given: ['gpu:NoSchedule'],
  }
  await yard.ask(one, changeNodes(change))
  await yard.ask(one, changeNodes({ ...change, labels: [], taints: ['gpu:NoExecute-'] }))
  await yard.hcloud.wait('reset', await yard.hcloud.servers.reset(two), 60_000)
  expect(parseNodes(await yard.ask(one, listNodes())).map(({ name }) => name)).toHaveLength(3)
  await yard.world.sleep(60_000)
  await yard.ask(two, look())
  await yard.world.sleep(20_000)
  expect(await yard.ask(two, wait('server', 20))).toBe('ready\n')
  expect(parseNodes(await yard.ask(one, listNodes()))).toContainEqual(
    expect.objectContaining({
      name: 'prod-cp-2',
      labels: { 'node-role.kubernetes.io/x': 'y' },
      taints: expect.arrayContaining([{ key: 'gpu', value: 'no', effect: 'NoSchedule' }]),
      given: ['gpu:NoSchedule'],
    }),
  )
  expect(await yard.send(one, changeNodes({ ...change, nodes: ['prod-cp-9'] }))).toMatchObject({ status: 1 })
})
