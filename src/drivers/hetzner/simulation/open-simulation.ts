import type { Context } from '../../../context.js'
import { LoError } from '../../../errors.js'
import type { Event } from '../../../events.js'
import { virtualClock } from '../../../hcloud/simulator/clock.js'
import { createSimulator, type Simulator, simulatedToken } from '../../../hcloud/simulator/simulator.js'
import type { Reach } from '../machine.js'
import { type Machines, simulateMachines } from './machines.js'
import { troubles } from './troubles.js'

/** Hetzner, servers and time that exist in memory only. */
export interface Simulation {
  /** What a driver works with: no program, no address but the simulated API, and a clock of its own. */
  ctx: Context
  reach: Reach
  simulator: Simulator
  machines: Machines
}

export interface SimulationOptions {
  /** The name of the cluster. */
  cluster: string
  /** Whom the firewall lets in, as address ranges; the simulation comes from one of them. */
  ssh: readonly string[]
  /** The names of what goes wrong. */
  troubles: readonly string[]
}

/** Reading an answer takes a few turns of the event loop. */
const turns = 6

/** Throws `USAGE` for a trouble that nobody knows. */
export function openSimulation(
  { cluster, ssh, troubles: names }: SimulationOptions,
  ctx: Context,
): Simulation {
  const chosen = names.map(findTrouble)
  const settle = async () => {
    for (let turn = 0; turn < turns; turn += 1) await ctx.turn()
  }
  const clock = virtualClock(settle, ctx.signal)
  const simulator = createSimulator({ ...clock, signal: ctx.signal })
  const from = addressIn(ssh)
  const machines = simulateMachines(simulator, clock, from === undefined ? {} : { from })
  for (const { arrange } of chosen) arrange({ simulator, machines, cluster })
  return {
    simulator,
    machines,
    reach: machines.reach,
    ctx: { ...closed(ctx), ...clock, fetch: fetchFrom(simulator), output: marked(ctx.output) },
  }
}

function findTrouble(wanted: string) {
  const trouble = troubles.find(({ name }) => name === wanted)
  if (trouble) return trouble
  const wide = Math.max(...troubles.map(({ name }) => name.length))
  throw new LoError('USAGE', `There is no trouble of the name ${JSON.stringify(wanted)} to simulate.`, {
    detail: troubles.map(({ name, summary }) => `${name.padEnd(wide)}  ${summary}`).join('\n'),
    hint: 'Name one of these with --trouble.',
  })
}

/** The first address of the first range of IPv4. */
function addressIn(ranges: readonly string[]): string | undefined {
  const range = ranges.find(one => /^[\d.]+\/\d+$/.test(one) && one !== '0.0.0.0/0')
  return range?.split('/')[0]
}

/** A context from which nothing can be started, and in which no secret of the real world is. */
function closed(ctx: Context): Context {
  const never = () => {
    throw new TypeError('nothing is started in a simulation')
  }
  const { HOME, PATH } = ctx.env
  return {
    ...ctx,
    env: {
      ...(HOME !== undefined && { HOME }),
      ...(PATH !== undefined && { PATH }),
      HCLOUD_TOKEN: simulatedToken,
    },
    run: never,
    openShell: never,
    startBackground: never,
  }
}

/** Releases of k3s are there, as far as anybody looks; everything else is the API. */
function fetchFrom(simulator: Simulator): typeof fetch {
  return async (input, init) => {
    const { host } = new URL(input instanceof Request ? input.url : input)
    return host === 'github.com' ? new Response(null) : simulator.fetch(input, init)
  }
}

/** What happens is told as what it is. */
function marked(output: Context['output']): Context['output'] {
  const mark = (text: string) => `simulated: ${text}`
  const event = (one: Event): void => {
    if (one.type === 'notice' || one.type === 'warning') output.event({ ...one, message: mark(one.message) })
    else if (one.type === 'step-started') output.event({ ...one, step: mark(one.step) })
    else if (one.type === 'step-continues') output.event({ ...one, step: mark(one.step) })
    else if (one.type === 'step-finished') output.event({ ...one, step: mark(one.step) })
    else output.event(one)
  }
  return { ...output, event }
}
