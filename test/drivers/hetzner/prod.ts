import { setMaxListeners } from 'node:events'
import path from 'node:path'
import { parse } from 'yaml'
import type { Context } from '../../../src/context.js'
import type { DriverCluster, DriverOptions, OpenedCluster } from '../../../src/drivers/driver.js'
import type { Reach } from '../../../src/drivers/hetzner/machine.js'
import { openHetzner } from '../../../src/drivers/hetzner/open-hetzner.js'
import type { ScriptName } from '../../../src/drivers/hetzner/scripts/script.js'
import {
  type Machines,
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

export interface OpenOptions extends DriverOptions {
  name?: string
  version?: string
  env?: Record<string, string>
}

/** A call or a script, by its number in the run, counted from 1; or the first script of a name on a server. */
export type KillPoint = (
  | { what: 'call' | 'script'; number: number }
  | { what: 'script'; name: ScriptName; server: string }
) & {
  /** Whether it has taken effect by then. */
  when: 'before' | 'after'
}

/** What a run ends with that is killed. */
export const killed = new Error('killed')

/** The cluster prod in a simulated project, and all that stands behind it. */
export interface Prod extends Omit<Simulation, 'open'> {
  machines: Machines
  events: Event[]
  ctx: Context
  /** What a driver gets of the cluster with this config. */
  clusterOf: (config?: Record<string, unknown>) => DriverCluster
  /** How servers are reached. */
  reach: Reach
  /** The driver, as another run of `lo` opens it, with this config. */
  open: (config?: Record<string, unknown>, options?: OpenOptions) => OpenedCluster
  /** Ends the next run of `lo` there. */
  killAt: (point: KillPoint) => void
  /** How many calls and scripts the last run has got to, those included that reached no server. */
  reached: () => { calls: number; scripts: number }
  /** What the last run has sent to servers, in order. */
  sent: () => readonly SentScript[]
  /** Every call that changes something, since the last time this was asked. */
  writes: () => string[]
}

export async function prod(options: SimulatorOptions = {}, root = makeFolder()): Promise<Prod> {
  const simulation = simulate(options)
  const { world, simulator } = simulation
  const machines = simulateMachines(simulator, world)
  const fetch: typeof globalThis.fetch = async (input, init) =>
    String(input).startsWith('https://github.com/k3s-io/k3s/releases/download/')
      ? new Response(null, { status: 200 })
      : world.fetch(input, init)
  const real = await realContext({ cwd: root, env: {} })
  const ctx: Context = { ...real.ctx, ...world, fetch }
  let seen = 0
  let killer: KillPoint | undefined
  let run = newRun(0)

  /** Ends the run when it is to end here. */
  function stopIf(here: (point: KillPoint) => boolean, when: KillPoint['when']): void {
    if (!killer || killer.when !== when || !here(killer)) return
    killer = undefined
    run.controller.abort(killed)
    throw killed
  }

  /** The world as one run of `lo` has it: it ends without the simulation. */
  function startRun(): Context {
    run = newRun(machines.sent.length)
    const signal = AbortSignal.any([world.signal, run.controller.signal])
    setMaxListeners(0, signal)
    return {
      ...ctx,
      signal,
      sleep: (milliseconds, own) => world.sleep(milliseconds, own ? AbortSignal.any([signal, own]) : signal),
      fetch: async (input, init) => {
        if (String(input).startsWith('https://github.com/')) return ctx.fetch(input, init)
        run.calls += 1
        const number = run.calls
        const here = (point: KillPoint) => point.what === 'call' && point.number === number
        stopIf(here, 'before')
        const response = await ctx.fetch(input, init)
        stopIf(here, 'after')
        return response
      },
    }
  }

  const reach: Reach = async (machine, script, options) => {
    run.scripts += 1
    const number = run.scripts
    const { signal } = run.controller
    const here = (point: KillPoint) =>
      'name' in point
        ? point.name === script.name && point.server === machine.name
        : point.what === 'script' && point.number === number
    stopIf(here, 'before')
    const reached = await machines.reach(machine, script, options)
    signal.throwIfAborted()
    stopIf(here, 'after')
    return reached
  }

  return {
    ...simulation,
    machines,
    events: real.events,
    ctx,
    killAt: point => {
      killer = point
    },
    reached: () => ({ calls: run.calls, scripts: run.scripts }),
    sent: () => machines.sent.slice(run.sentBefore),
    writes: () => {
      const calls = simulator.calls
        .slice(seen)
        .filter(({ route, path }) => !route.startsWith('GET ') && path !== rightsProbe)
      seen = simulator.calls.length
      return calls.map(({ route }) => route)
    },
    clusterOf: (config = {}) => clusterOf(root, 'prod', 'v1.33.5', config),
    reach,
    open: (
      config: Record<string, unknown> = {},
      { name = 'prod', version = 'v1.33.5', env = {}, ...flags }: OpenOptions = {},
    ) =>
      openHetzner(
        clusterOf(root, name, version, config),
        { ...startRun(), env: { HCLOUD_TOKEN: simulatedToken, ...env } },
        { reach, chance: () => 0.5, ...flags },
      ),
  }
}

/** By this call `lo` finds out whether a token may write: it never changes anything. */
export const rightsProbe = '/v1/ssh_keys/0'

const newRun = (sentBefore: number) => ({
  controller: new AbortController(),
  calls: 0,
  scripts: 0,
  sentBefore,
})

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
