import { createHash } from 'node:crypto'
import { expect, it } from 'vitest'
import { LoError } from '../../../src/errors.js'
import { simulatedToken } from '../../../src/hcloud/simulator/simulator.js'
import { single, textOf, usual } from './faults/runs.js'
import { clusterOn } from './inside.js'
import { type Prod, prod } from './prod.js'

const digest = (text: string) => createHash('sha256').update(text).digest('hex')

/** A cluster that has just been made, and its driver. */
async function made(config: Record<string, unknown> = usual) {
  const all = await prod()
  const driver = all.open(config)
  await driver.provision()
  return { all, driver }
}

async function failure(waiting: Promise<void>): Promise<LoError> {
  const error = await waiting.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  expect(error).toBeInstanceOf(LoError)
  return error as LoError
}

const ccmSays = ({ machines }: Prod, stdout: string) =>
  machines.onScript('look-at-ccm', { how: 'answer', stdout })

it('waits until all nodes are ready and initialized', async () => {
  const { all, driver } = await made()
  const start = all.world.now()
  void all.world.sleep(60_000).then(() => all.machines.bootstrap())
  await driver.untilReady!(['cilium', 'ccm', 'csi'])
  expect(all.world.now() - start).toBeGreaterThanOrEqual(60_000)
  expect(all.world.now() - start).toBeLessThan(80_000)
})

it.each<[entries: string[], addons: { network: boolean; ccm: boolean }]>([
  [[], { network: false, ccm: false }],
  [['metallb'], { network: false, ccm: false }],
  [['cilium'], { network: true, ccm: false }],
  [['ccm'], { network: false, ccm: true }],
])('waits after %j for nothing that does not follow from it', async (entries, addons) => {
  const { all, driver } = await made(single)
  all.machines.bootstrap(addons)
  const start = all.world.now()
  await driver.untilReady!(entries)
  expect(all.world.now() - start).toBeLessThan(5000)
})

it('names nodes that do not get ready, and how to find out why', async () => {
  const { all, driver } = await made(single)
  all.machines.bootstrap({ network: false })
  const error = await failure(driver.untilReady!(['cilium', 'ccm']))
  expect(error.code).toBe('UNHEALTHY')
  expect(error.message).toBe('1 of 1 nodes of prod are not ready after 180 seconds.')
  expect(error.detail).toBe('prod-cp-1: not ready')
  expect(error.hint).toContain('kubectl describe node prod-cp-1')
})

it.each<[what: string, token: string, network: (real: string) => string, hint: string]>([
  ['nothing wrong with the Secret', digest(simulatedToken), real => real, 'see its log above'],
  [
    'another network in it',
    digest(simulatedToken),
    () => '7',
    'names the network 7, and that of the cluster is ',
  ],
  ['another token in it', digest('another'), real => real, 'another token than HCLOUD_CLUSTER_TOKEN'],
  ['no Secret', '', () => '', 'lacks its network or its token'],
])('fault 59: says what keeps the cloud controller manager from initializing nodes: %s', async (...row) => {
  const [, token, network, hint] = row
  const { all, driver } = await made()
  all.machines.bootstrap({ ccm: false })
  const [found] = await all.hcloud.networks.list()
  const log = `F1124 main.go:75 hcloud/newCloud: unauthorized ${simulatedToken}`
  ccmSays(all, `network=${network(String(found!.id))}\ntoken=${token}\n${log}\n`)
  const error = await failure(driver.untilReady!(['cilium', 'ccm']))
  expect(error.code).toBe('UNHEALTHY')
  expect(error.detail).toContain(
    'prod-default-2: not initialized\nF1124 main.go:75 hcloud/newCloud: unauthorized <secret>',
  )
  expect(error.hint).toContain(hint)
  expect(textOf(error)).not.toContain(simulatedToken)
})

it('does not wait for nodes that the spec does not want any more', async () => {
  const { all, driver } = await made()
  all.machines.bootstrap()
  clusterOn(all).nodes.set('elsewhere', { ...clusterOn(all).nodes.get('prod-cp-1')!, server: 0 })
  await driver.untilReady!(['cilium', 'ccm'])
})
