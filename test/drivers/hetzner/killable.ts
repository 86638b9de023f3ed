import { setMaxListeners } from 'node:events'
import type { Context } from '../../../src/context.js'
import type { Reach } from '../../../src/drivers/hetzner/machine.js'
import type { ScriptName } from '../../../src/drivers/hetzner/scripts/script.js'

/** What a run ends with that is killed. */
export const killed = new Error('killed')

/** Where a run is killed: a step is a call or a script. Numbers are those in the run, counted from 1. */
export type KillPoint = (
  | { what: 'step' | 'call' | 'script'; number: number }
  /** The first of this name on this server. */
  | { what: 'script'; name: ScriptName; server: string }
) & {
  /** By then it has not been sent; or it has, and takes effect when nobody waits for it; or it has taken effect. */
  when: 'before' | 'under way' | 'after'
  /** What the run is ended with, as an interrupt does; `killed` where nothing else is said. */
  reason?: Error
}

/** One run of `lo`, which ends without the simulation. */
export interface Run {
  /** The world as it has it. */
  ctx: Context
  reach: Reach
  /** What it has called and sent, in order: `POST /servers`, `look on prod-cp-1`. */
  steps: readonly string[]
  /** How many of these were calls, and how many scripts. */
  reached: { calls: number; scripts: number }
}

interface Step {
  name: string
  is: (point: KillPoint) => boolean
}

/** `take` gives the point at which a run is killed once, to the step that it is meant for. */
export function startRun(
  around: { ctx: Context; reach: Reach },
  take: (is: (point: KillPoint) => boolean) => KillPoint | undefined,
): Run {
  const { ctx } = around
  const kill = new AbortController()
  const signal = AbortSignal.any([ctx.signal, kill.signal])
  setMaxListeners(0, signal)
  const steps: string[] = []
  const reached = { calls: 0, scripts: 0 }
  const dead = new Promise<never>((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason))
  })
  dead.catch(() => {})

  /** Nothing is begun any more from the moment at which the run is killed, by whichever of its branches. */
  async function guard<Value>({ name, is }: Step, effect: () => Promise<Value>): Promise<Value> {
    signal.throwIfAborted()
    steps.push(name)
    const point = take(is)
    const killIf = (when: KillPoint['when']) => {
      if (point?.when === when) kill.abort(point.reason ?? killed)
    }
    killIf('before')
    signal.throwIfAborted()
    const work = effect()
    // What is under way goes on at the other end, whoever is there to hear of it.
    work.catch(() => {})
    killIf('under way')
    const value = await Promise.race([work, dead])
    killIf('after')
    signal.throwIfAborted()
    return value
  }

  const fetch: typeof globalThis.fetch = async (input, init) => {
    if (String(input).startsWith('https://github.com/')) return ctx.fetch(input, init)
    reached.calls += 1
    const { calls } = reached
    const name = `${init?.method ?? 'GET'} ${routeOf(String(input))}`
    const step = { name, is: isNumber('call', calls, steps.length + 1) }
    return guard(step, () => ctx.fetch(input, { ...init, signal: null }))
  }

  const reach: Reach = async (machine, script, options) => {
    reached.scripts += 1
    const isHere = isNumber('script', reached.scripts, steps.length + 1)
    const is = (point: KillPoint) =>
      'name' in point ? point.name === script.name && point.server === machine.name : isHere(point)
    return guard({ name: `${script.name} on ${machine.name}`, is }, () =>
      around.reach(machine, script, options),
    )
  }

  const sleep: Context['sleep'] = (milliseconds, own) =>
    ctx.sleep(milliseconds, own ? AbortSignal.any([signal, own]) : signal)
  return { ctx: { ...ctx, signal, sleep, fetch }, reach, steps, reached }
}

const isNumber = (what: 'call' | 'script', number: number, step: number) => (point: KillPoint) =>
  'number' in point &&
  ((point.what === what && point.number === number) || (point.what === 'step' && point.number === step))

const routeOf = (address: string) =>
  new URL(address).pathname.replace(/^\/v1/, '').replaceAll(/\/\d+/g, '/{id}')
