import path from 'node:path'
import { parse } from 'yaml'
import type { Context } from '../../../src/context.js'
import type { DriverCluster, DriverOptions, OpenedCluster } from '../../../src/drivers/driver.js'
import { openHetzner } from '../../../src/drivers/hetzner/open-hetzner.js'
import {
  type Machines,
  type MachinesOptions,
  type SentScript,
  simulateMachines,
} from '../../../src/drivers/hetzner/simulation/machines.js'
import type { Event } from '../../../src/events.js'
import type { SimulatorOptions } from '../../../src/hcloud/simulator/simulator.js'
import { simulatedToken } from '../../../src/hcloud/simulator/simulator.js'
import { type ClusterSpec, clusterKinds } from '../../../src/project/spec/kinds.js'
import { realContext } from '../../helpers/context.js'
import { type Simulation, simulate } from '../../helpers/hcloud.js'
import { hetznerSpec, makeFolder } from '../../helpers/project.js'
import { type KillPoint, startRun } from './killable.js'

export interface OpenOptions extends DriverOptions {
  name?: string
  version?: string
  env?: Record<string, string>
}

/** The cluster prod in a simulated project, and all that stands behind it. */
export interface Prod extends Omit<Simulation, 'open'> {
  machines: Machines
  events: Event[]
  /** What runs have thrown so far. */
  errors: readonly unknown[]
  /** What stood in the environment of each run so far. */
  environments: readonly Record<string, string>[]
  ctx: Context
  /** What a driver gets of the cluster with this config. */
  clusterOf: (config?: Record<string, unknown>) => DriverCluster
  /** The driver, as another run of `lo` opens it, with this config. */
  open: (config?: Record<string, unknown>, options?: OpenOptions) => OpenedCluster
  /** Ends the next run of `lo` there. */
  killAt: (point: KillPoint) => void
  /** How many calls and scripts the last run has got to, those included that reached no server. */
  reached: () => { calls: number; scripts: number }
  /** What the last run has called and sent, in order, each as `killable.ts` names it. */
  steps: () => readonly string[]
  /** What the last run has sent to servers, in order. */
  sent: () => readonly SentScript[]
  /** Every call that changes something, since the last time this was asked. */
  writes: () => string[]
}

export interface ProdOptions extends SimulatorOptions {
  machines?: MachinesOptions
}

export async function prod(
  { machines: about, ...options }: ProdOptions = {},
  root = makeFolder(),
): Promise<Prod> {
  const simulation = simulate(options)
  const { world, simulator } = simulation
  const machines = simulateMachines(simulator, world, about)
  const fetch: typeof globalThis.fetch = async (input, init) =>
    String(input).startsWith('https://github.com/k3s-io/k3s/releases/download/')
      ? new Response(null, { status: 200 })
      : world.fetch(input, init)
  const real = await realContext({ cwd: root, env: {} })
  const ctx: Context = { ...real.ctx, ...world, fetch }
  const errors: unknown[] = []
  const environments: Record<string, string>[] = []
  let seen = 0
  let killer: KillPoint | undefined
  const begin = () => ({
    sentBefore: machines.sent.length,
    ...startRun({ ctx, reach: machines.reach }, is => {
      const point = killer && is(killer) ? killer : undefined
      if (point) killer = undefined
      return point
    }),
  })
  let run = begin()

  return {
    ...simulation,
    machines,
    events: real.events,
    errors,
    environments,
    ctx,
    killAt: point => {
      killer = point
    },
    reached: () => ({ ...run.reached }),
    steps: () => run.steps,
    sent: () => machines.sent.slice(run.sentBefore),
    writes: () => {
      const calls = simulator.calls
        .slice(seen)
        .filter(({ route, path }) => !route.startsWith('GET ') && path !== rightsProbe)
      seen = simulator.calls.length
      return calls.map(({ route }) => route)
    },
    clusterOf: (config = {}) => clusterOf(root, 'prod', 'v1.33.5', config),
    open: (
      config: Record<string, unknown> = {},
      { name = 'prod', version = 'v1.33.5', env = {}, ...flags }: OpenOptions = {},
    ) => {
      run = begin()
      const whole = { HCLOUD_TOKEN: simulatedToken, ...env }
      environments.push(whole)
      const { ctx, reach } = run
      const cluster = clusterOf(root, name, version, config)
      const driver = openHetzner(cluster, { ...ctx, env: whole }, { reach, chance: () => 0.5, ...flags })
      return noting(errors, driver)
    },
  }
}

/** By this call `lo` finds out whether a token may write: it never changes anything. */
export const rightsProbe = '/v1/ssh_keys/0'

/** The same driver; what it throws is noted. */
function noting(errors: unknown[], driver: OpenedCluster): OpenedCluster {
  const note = (error: unknown): never => {
    errors.push(error)
    throw error
  }
  const parts = Object.entries(driver) as [string, (...args: unknown[]) => Promise<unknown>][]
  return Object.fromEntries(
    parts.map(([name, part]) => [name, (...args: unknown[]) => part(...args).catch(note)]),
  ) as unknown as OpenedCluster
}

export function clusterOf(
  root: string,
  name: string,
  version: string,
  config: Record<string, unknown>,
): DriverCluster {
  const text = hetznerSpec('example.com', config, { name, kubernetes: { version } })
  const spec = clusterKinds.Hetzner.parse(parse(text)) as ClusterSpec
  return {
    name,
    domain: 'example.com',
    spec,
    root,
    specFile: path.join(root, 'clusters/example.com/cluster.lok8s.yaml'),
    kubeconfig: path.join(root, `.kubeconfig/${name}.yaml`),
  }
}

/** As somebody does by hand. */
export async function removeServer({ hcloud }: Pick<Simulation, 'hcloud'>, name: string): Promise<void> {
  const [server] = await hcloud.servers.list({ name })
  await hcloud.wait(name, await hcloud.servers.remove(server!), 60_000)
}

/** What is in a project, by kind and name. */
export function inventoryOf({ simulator }: Pick<Simulation, 'simulator'>): Record<string, string[]> {
  const kinds = Object.entries(simulator.everything()).map(
    ([kind, items]) => [kind, items.map(({ name }) => String(name)).sort()] as const,
  )
  return Object.fromEntries(kinds.filter(([kind, names]) => names.length > 0 && kind !== 'primary_ips'))
}
