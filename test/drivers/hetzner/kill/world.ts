import { setImmediate as soon } from 'node:timers/promises'
import { inspect } from 'node:util'
import type { Context } from '../../../../src/context.js'
import type { OpenedCluster } from '../../../../src/drivers/driver.js'
import type { Reach } from '../../../../src/drivers/hetzner/machine.js'
import { openHetzner } from '../../../../src/drivers/hetzner/open-hetzner.js'
import { type Machines, simulateMachines } from '../../../../src/drivers/hetzner/simulation/machines.js'
import type { Hcloud } from '../../../../src/hcloud/hcloud.js'
import { virtualClock } from '../../../../src/hcloud/simulator/clock.js'
import { createSimulator, type Simulator } from '../../../../src/hcloud/simulator/simulator.js'
import { realContext } from '../../../helpers/context.js'
import { recordEvents } from '../../../helpers/events.js'
import { clusterOf } from '../prod.js'

import { clientOf, makeForeign } from './foreign.js'
import { token } from './token.js'

/** Where a run is stopped: at the call or script of this number, from 0 on, before or after it takes effect. */
export interface Stop {
  at: number
  when: 'before' | 'after'
}

export interface RunEnd {
  /** What was called and run, in order: `POST /servers`, `look on prod-cp-1`. */
  steps: string[]
  /** Undefined when the run came to its end. */
  error: unknown
  /** All that was said. */
  said: string
}

export interface World {
  simulator: Simulator
  machines: Machines
  /** For what others do in the project. */
  hcloud: Hcloud
  /** Lets the driver do something, as one run of `lo`. */
  run: (wanted: Wanted, work: (driver: OpenedCluster) => Promise<unknown>, stop?: Stop) => Promise<RunEnd>
  /** Lets time go by. */
  pass: (milliseconds: number) => Promise<void>
}

export interface Wanted {
  config: Record<string, unknown>
  version?: string
  shrink?: boolean
  name?: string
}

/** A project at Hetzner that outlives the runs of `lo` on it, each of which may be killed. */
export async function makeWorld(): Promise<World> {
  const never = new AbortController().signal
  const clock = virtualClock(settle, never)
  const simulator = createSimulator(
    { ...clock, signal: never },
    { settings: { tokens: { [token]: 'read-write' } } },
  )
  const machines = simulateMachines(simulator, clock, { delays: { boot: 2000, silence: 0 } })
  const hcloud = clientOf(simulator, clock)
  await makeForeign(hcloud)
  const { ctx: real } = await realContext({ cwd: '/nonexistent', env: {} })

  const run: World['run'] = async (wanted, work, stop) => {
    const { output, events } = recordEvents()
    const kill = new AbortController()
    const steps: string[] = []
    const killed = new Error('killed')
    const dead = new Promise<never>((_resolve, reject) => {
      kill.signal.addEventListener('abort', () => reject(killed))
    })
    dead.catch(() => {})
    // Nothing is done any more from the moment at which the process is killed, by whichever of its branches.
    const guarded = async <Value>(step: string, effect: () => Promise<Value>): Promise<Value> => {
      if (kill.signal.aborted) throw killed
      const isMeant = steps.push(step) - 1 === stop?.at
      if (isMeant && stop?.when === 'before') kill.abort(killed)
      const value = await Promise.race([effect(), dead])
      if (isMeant) kill.abort(killed)
      if (kill.signal.aborted) throw killed
      return value
    }
    const fetch: typeof globalThis.fetch = async (input, init) => {
      const url = new URL(String(input))
      if (url.host === 'github.com') return new Response(null)
      const path = url.pathname.replace(/^\/v1/, '').replace(/\/\d+/, '/{id}')
      return guarded(`${init?.method ?? 'GET'} ${path}`, () =>
        simulator.fetch(input, { ...init, signal: null }),
      )
    }
    const reach: Reach = (machine, script, options) =>
      guarded(`${script.name} on ${machine.name}`, () => machines.reach(machine, script, options))
    const ctx: Context = {
      ...real,
      ...clock,
      output,
      fetch,
      env: { HCLOUD_TOKEN: token },
      signal: kill.signal,
      sleep: (milliseconds, own) =>
        clock.sleep(milliseconds, own ? AbortSignal.any([kill.signal, own]) : kill.signal),
    }
    const { config, version = 'v1.33.5', name = 'prod', shrink = false } = wanted
    const driver = openHetzner(clusterOf('/nonexistent', name, version, config), ctx, {
      reach,
      shrink,
      chance: () => 0.5,
    })
    const error = await work(driver).then(
      () => undefined,
      (failure: unknown) => failure,
    )
    return { steps, error, said: `${JSON.stringify(events)}\n${inspect(error, { depth: 6 })}` }
  }
  return { simulator, machines, hcloud, run, pass: milliseconds => clock.sleep(milliseconds) }
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < 4; turn += 1) await soon()
}
