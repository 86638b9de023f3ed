import type { Context } from '../context.js'
import type { RefusalReason } from '../deploy/apply/refusal.js'
import { LoError } from '../errors.js'
import type { BootstrappedEntry } from '../events.js'
import type { PlannedEntry } from './find-addon.js'
import type { Graph } from './graph.js'
import { planRetry } from './retry.js'
import { planStep, type State } from './schedule.js'

/** What applying one addon has done. */
export interface AppliedAddon {
  objects: number
  created: number
  configured: number
}

/** Why the cluster does not take an addon. */
export interface RefusedAddon {
  reasons: RefusalReason[]
  error: LoError
}

/** What a bootstrap does with one addon. Both throw `LoError`, or the reason of the signal after an interrupt. */
export interface AddonEngine {
  /** Renders the addon and applies it. Can be called again after a refusal. */
  apply: (entry: PlannedEntry) => Promise<AppliedAddon | RefusedAddon>
  /** Waits until what was applied is ready, at most so many milliseconds; `why` says what keeps it from that. */
  waitReady: (entry: PlannedEntry, timeout: number) => Promise<{ ready: boolean; why: string[] }>
}

/** What became of one entry, and when. Times are those of the context. */
export interface EntryResult extends BootstrappedEntry {
  /** Undefined when it never started. */
  time?: { start: number; end: number }
  /** How far it was when the bootstrap ended, which only after an interrupt is neither done nor failed nor skipped. */
  state: State
}

export interface RunRequest {
  entries: readonly PlannedEntry[]
  graph: Graph
  /** How many addons are rendered and applied at the same time. */
  parallel: number
}

type RunContext = Pick<Context, 'now' | 'sleep' | 'signal' | 'output'>

const longestSettling = 180_000

/**
 * Applies every entry as soon as all before it are done. One that fails takes along what depends on it, and nothing
 * else. After an interrupt nothing new starts, and the answer says how far each entry was. Never throws for a
 * failure: that is part of the answer.
 */
export async function runEntries(
  { entries, graph, parallel }: RunRequest,
  engine: AddonEngine,
  ctx: RunContext,
): Promise<EntryResult[]> {
  const { now, output, signal } = ctx
  const states: State[] = entries.map(() => 'waiting')
  const results = entries.map(
    ({ name }): EntryResult => ({
      entry: name,
      outcome: 'skipped',
      objects: 0,
      milliseconds: 0,
      state: 'waiting',
    }),
  )
  await advance()
  return results.map((result, index) => ({ ...result, state: states[index]! }))

  /** Starts all that can start now; resolves when that and everything it makes possible has ended. */
  async function advance(): Promise<void> {
    if (signal.aborted) return
    const { start, skip } = planStep(graph, states, parallel)
    for (const { entry, because } of skip) skipEntry(entry, because)
    for (const entry of start) states[entry] = 'applying'
    await Promise.all(start.map(runEntry))
  }

  async function runEntry(index: number): Promise<void> {
    const entry = entries[index]!
    const start = now()
    output.event({ type: 'entry-started', entry: entry.name })
    const finish = (state: State, facts: Pick<EntryResult, 'outcome'> & Partial<EntryResult>) => {
      states[index] = state
      const end = now()
      const milliseconds = Math.round(end - start)
      results[index] = { ...results[index]!, milliseconds, time: { start, end }, ...facts }
      report(results[index])
    }
    try {
      const { objects, created, configured } = await applyWithRetries(entry, engine, ctx)
      const outcome = created > 0 ? 'created' : configured > 0 ? 'configured' : 'unchanged'
      if (!graph.isAwaited[index]) {
        finish('done', { outcome, objects })
        return await advance()
      }
      states[index] = 'settling'
      results[index] = { ...results[index]!, outcome, objects }
      output.event({ type: 'entry-applied', entry: entry.name })
      // The place is free now: waiting costs nothing.
      const others = advance()
      const settled = settle(entry).then(() => {
        finish('done', { outcome, objects })
        return advance()
      })
      await Promise.all([others, settled])
    } catch (error) {
      if (signal.aborted) return
      if (!(error instanceof LoError)) throw error
      finish('failed', { outcome: 'failed', error })
      await advance()
    }
  }

  /** Best effort: what is not ready in time counts as done, and says so. */
  async function settle(entry: PlannedEntry): Promise<void> {
    const start = now()
    const { ready, why } = await engine.waitReady(entry, longestSettling)
    if (ready) return
    const seconds = Math.round((now() - start) / 1000)
    const message = `${entry.name} is not ready after ${seconds} seconds; what depends on it starts all the same`
    output.event({ type: 'warning', message: [message, ...why].join('\n') })
  }

  function skipEntry(index: number, because: number): void {
    states[index] = 'skipped'
    const result = { ...results[index]!, because: entries[because]!.name }
    results[index] = result
    output.event({
      type: 'warning',
      message: `${result.entry} is skipped, since it depends on ${result.because}, which failed`,
    })
    report(result)
  }

  function report({ entry, outcome, objects, milliseconds, because, error }: EntryResult): void {
    output.event({
      type: 'entry-finished',
      entry,
      outcome,
      objects,
      milliseconds,
      ...(because !== undefined && { because }),
      ...(error && { error }),
    })
  }
}

/** Throws the error of a refusal that is not worth another try. */
async function applyWithRetries(
  entry: PlannedEntry,
  engine: AddonEngine,
  { sleep, output }: Pick<RunContext, 'sleep' | 'output'>,
): Promise<AppliedAddon> {
  for (let retries = 0; ; retries++) {
    const result = await engine.apply(entry)
    if (!('error' in result)) return result
    const retry = planRetry(result.reasons, retries)
    if (!retry) throw result.error
    const seconds = retry.delay / 1000
    output.event({
      type: 'notice',
      message: `${entry.name}: ${retry.what}; trying again in ${seconds} seconds`,
    })
    await sleep(retry.delay)
  }
}
