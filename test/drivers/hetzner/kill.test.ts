import process from 'node:process'
import { describe, expect, it } from 'vitest'
import type { OpenedCluster } from '../../../src/drivers/driver.js'
import { plainNetwork, plainServer } from '../../hcloud/simulator/asking.js'
import { controlPlane, workers } from './clusters.js'
import { type KillPoint, killed, type OpenOptions, type Prod, prod } from './prod.js'

const usual = { ...controlPlane(3), ...workers(['default', 2]) }
const grown = { ...controlPlane(3), ...workers(['default', 3]) }

interface Sweep {
  what: string
  start: (all: Prod) => Promise<unknown>
  config: Record<string, unknown>
  options?: OpenOptions
  work: (driver: OpenedCluster) => Promise<unknown>
}

const provision = (driver: OpenedCluster) => driver.provision()

const sweeps: Sweep[] = [
  { what: 'a provision', start: async () => {}, config: usual, work: provision },
  { what: 'a pool that grows', start: all => all.open(usual).provision(), config: grown, work: provision },
  {
    what: 'an upgrade',
    start: all => all.open(usual).provision(),
    config: usual,
    options: { version: 'v1.34.1' },
    work: provision,
  },
  {
    what: 'a pool that shrinks',
    start: all => all.open(grown).provision(),
    config: usual,
    options: { shrink: true },
    work: provision,
  },
  {
    what: 'a destroy',
    start: all => all.open(usual).provision(),
    config: usual,
    work: driver => driver.destroy(),
  },
]

/** Somebody else's server and network, of which the names begin alike, and what the sweep leaves of them. */
async function withNeighbour(): Promise<{ all: Prod; neighbour: () => string }> {
  const all = await prod()
  const labels = { 'lok8s.dev/cluster': 'prod-2', 'lok8s.dev/uid': 'f'.repeat(16) }
  await all.hcloud.networks.create({ ...plainNetwork('prod-2'), labels } as never)
  const server = { ...plainServer('prod-2-cp-1'), labels: { ...labels, 'lok8s.dev/role': 'control-plane' } }
  const { actions } = await all.hcloud.servers.create(server as never)
  await all.hcloud.wait('prod-2-cp-1', actions, 60_000)
  const isTheirs = (item: unknown) => JSON.stringify(item).includes('prod-2')
  return {
    all,
    neighbour: () => JSON.stringify(Object.values(all.simulator.everything()).flat().filter(isTheirs)),
  }
}

/** All that a person could tell apart: not numbers, addresses, keys and moments. */
function shapeOf({ simulator, machines }: Prod) {
  const { cluster } = machines
  const isOurs = (item: { name?: unknown }) => /^prod(-(?!2)|$)/.test(String(item.name))
  const items = Object.entries(simulator.everything()).map(([kind, all]) => [
    kind,
    all
      .filter(isOurs)
      .map(({ name, status, labels, rules, private_net, targets, placement_group }) => ({
        name: String(name).replace(/-lo-.*/, '-lo'),
        status,
        labels: Object.keys((labels ?? {}) as object).sort(),
        rules,
        networks: (private_net as unknown[] | undefined)?.length,
        targets: (targets as unknown[] | undefined)?.length,
        group: (placement_group as { name: string } | null | undefined)?.name,
      }))
      .sort((one, other) => one.name.localeCompare(other.name)),
  ])
  return {
    items: Object.fromEntries(items.filter(([kind]) => kind !== 'primary_ips')),
    nodes: [...cluster.nodes].sort(),
    members: [...cluster.members].sort(),
    beginnings: cluster.beginnings,
  }
}

/** All points take minutes: they are taken with `LO_KILL_EVERYWHERE=1`, and without it some of each kind, always the same. */
const stride = process.env.LO_KILL_EVERYWHERE ? 1 : 9
const isTaken = (_point: KillPoint, index: number) => index % stride === 0

describe.each(sweeps)('$what', { timeout: 1_800_000 }, ({ start, config, options, work }) => {
  it(`that is killed ${stride === 1 ? 'at any call or script' : `at every ${stride}th point`} ends the same when it is run again`, async () => {
    const undisturbed = await withNeighbour()
    await start(undisturbed.all)
    await work(undisturbed.all.open(config, options))
    const { calls, scripts } = undisturbed.all.reached()
    const wanted = shapeOf(undisturbed.all)
    const points = [...pointsOf('call', calls), ...pointsOf('script', scripts)].filter(isTaken)
    for (const point of points) {
      const { all, neighbour } = await withNeighbour()
      await start(all)
      const theirs = neighbour()
      all.killAt(point)
      await expect(work(all.open(config, options)), JSON.stringify(point)).rejects.toBe(killed)
      await work(all.open(config, options))
      expect({ point, ...shapeOf(all) }).toEqual({ point, ...wanted })
      expect(neighbour(), JSON.stringify(point)).toBe(theirs)
    }
    expect(points.length).toBeGreaterThan(4)
  })
})

function pointsOf(what: KillPoint['what'], many: number): KillPoint[] {
  return Array.from({ length: many }, (_, index) =>
    (['before', 'after'] as const).map(when => ({ what, number: index + 1, when })),
  ).flat()
}
