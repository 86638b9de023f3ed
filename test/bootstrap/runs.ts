import { setMaxListeners } from 'node:events'
import type { PlannedEntry } from '../../src/bootstrap/find-addon.js'
import { type AddonEngine, type EntryResult, runEntries } from '../../src/bootstrap/run.js'
import type { RefusalReason } from '../../src/deploy/apply/refusal.js'
import { LoError } from '../../src/errors.js'
import type { Event } from '../../src/events.js'
import { fakeClock } from '../drivers/rehearsal/kubelet/clock.js'
import { recordEvents } from '../helpers/events.js'
import { addons, plan } from './plans.js'

/** How one addon behaves; times in seconds. */
export interface Behaviour {
  /** How long applying takes; 1 by default. */
  apply?: number
  /** How long it takes to get ready after that; 0 by default. */
  ready?: number
  /** Why it is refused, one for each attempt; after the last it works. */
  refused?: RefusalReason[]
  /** Applying meets a bug. */
  bug?: boolean
}

export interface RunOptions {
  parallel?: number
  /** When it is interrupted, in seconds. */
  interruptAt?: number
}

export interface Ran {
  /** `1 a starts`, `3 a ready`: what happened when, in seconds. */
  story: string[]
  events: Event[]
  results: EntryResult[]
  /** In seconds. */
  took: number
}

/**
 * Runs a bootstrap in virtual time. `entries` are those of the spec, by name; addons of the names are made up, and
 * behave as `behaviours` says.
 */
export async function run(
  entries: string[],
  behaviours: Record<string, Behaviour> = {},
  { parallel = 8, interruptAt }: RunOptions = {},
): Promise<Ran> {
  const names = entries.map(entry => entry.split(':')[0]!)
  const planned = plan(entries, addons(...names))
  const clock = fakeClock()
  const controller = new AbortController()
  // The clock never takes a listener away.
  setMaxListeners(0, controller.signal)
  const { output, events } = recordEvents()
  const story: string[] = []
  const tell = (what: string) => story.push(`${clock.now() / 1000} ${what}`)
  const sleep = (milliseconds: number) => clock.sleep(milliseconds, controller.signal)
  const attempts = new Map<string, number>()

  const engine: AddonEngine = {
    apply: async ({ name }: PlannedEntry) => {
      const { apply = 1, refused = [], bug } = behaviours[name] ?? {}
      const attempt = attempts.get(name) ?? 0
      attempts.set(name, attempt + 1)
      tell(`${name} ${attempt === 0 ? 'starts' : 'again'}`)
      await sleep(apply * 1000)
      if (bug) throw new TypeError('a bug')
      const reason = refused[attempt]
      if (reason) return { reasons: [reason], error: new LoError('APPLY_FAILED', `${name} is refused.`) }
      tell(`${name} applied`)
      return { objects: 2, created: 1, configured: 0 }
    },
    waitReady: async ({ name }, timeout) => {
      const { ready = 0 } = behaviours[name] ?? {}
      await sleep(Math.min(ready * 1000, timeout))
      const isReady = ready * 1000 <= timeout
      tell(`${name} ${isReady ? 'ready' : 'not ready'}`)
      return { ready: isReady, why: isReady ? [] : [`Deployment ${name}: no image`] }
    },
  }

  let results: EntryResult[] | undefined
  let thrown: unknown
  const ctx = { now: clock.now, sleep, signal: controller.signal, output }
  const done = runEntries({ ...planned, parallel }, engine, ctx).then(
    value => {
      results = value
    },
    error => {
      thrown = error
      results = []
    },
  )
  for (let at = 0; !results; at += 1) {
    if (at === interruptAt) controller.abort(new LoError('INTERRUPTED', 'Interrupted.'))
    await clock.pass(results ? 0 : 1000)
    if (at > 3000) throw new Error('the bootstrap never ends')
  }
  await done
  if (thrown) throw thrown
  const times = results.flatMap(({ time }) => time?.end ?? 0)
  return { story, events, results, took: Math.max(0, ...times) / 1000 }
}

/** What became of each entry. */
export const outcomesOf = ({ results }: Ran) =>
  Object.fromEntries(results.map(({ entry, outcome }) => [entry, outcome]))

export const warningsOf = ({ events }: Ran) =>
  events.flatMap(event => (event.type === 'warning' ? [event.message] : []))
