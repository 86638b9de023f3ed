import { describeError, LoError } from '../errors.js'
import { findCriticalPath } from './critical-path.js'
import type { Graph } from './graph.js'
import type { EntryResult } from './run.js'

/** What became of a bootstrap. */
export interface BootstrapReport {
  domain: string
  results: EntryResult[]
  /** The names of the entries that decided how long it took, and how long that was. */
  criticalPath: string[]
  milliseconds: number
}

export function reportOf(
  domain: string,
  results: EntryResult[],
  graph: Graph,
  milliseconds: number,
): BootstrapReport {
  const times = results.map(({ time }) => time)
  const criticalPath = findCriticalPath(graph, times).map(index => results[index]!.entry)
  return { domain, results, criticalPath, milliseconds }
}

/** What programs get of a bootstrap. */
export type BootstrapFacts = {
  domain: string
  milliseconds: number
  criticalPath: string[]
  entries: {
    entry: string
    outcome: EntryResult['outcome']
    objects: number
    milliseconds: number
    because?: string
    error?: Record<string, unknown>
  }[]
}

export function describeBootstrap(report: BootstrapReport): BootstrapFacts {
  const { domain, results, criticalPath, milliseconds } = report
  return {
    domain,
    milliseconds,
    criticalPath,
    entries: results.map(({ entry, outcome, objects, milliseconds, because, error }) => ({
      entry,
      outcome,
      objects,
      milliseconds,
      ...(because !== undefined && { because }),
      ...(error && { error: describeError(error) }),
    })),
  }
}

/** The error that a bootstrap ends with; undefined when everything is applied. */
export function failureOf({ domain, results }: BootstrapReport, signal: AbortSignal): LoError | undefined {
  if (signal.aborted) return interrupted(results, signal.reason)
  const failed = results.filter(({ outcome }) => outcome === 'failed')
  if (failed.length === 0) return undefined
  const skipped = results.filter(({ outcome }) => outcome === 'skipped')
  const lines = [
    ...failed.map(({ entry, error }) => `${entry}: ${error!.message}`),
    ...skipped.map(({ entry, because }) => `${entry}: skipped, since it depends on ${because}`),
  ]
  const rest = results.length - failed.length - skipped.length
  const names = failed.map(({ entry }) => entry).join(', ')
  const message = `${failed.length} of ${results.length} addons of ${domain} failed: ${names}.`
  return new LoError('BOOTSTRAP_FAILED', message, {
    detail: lines.join('\n'),
    hint: `${rest === 0 ? '' : 'The others are applied. '}Mend what is named, and run \`lo bootstrap ${domain}\`.`,
    problems: failed.flatMap(({ error }) => error!.problems),
  })
}

/** What was reached, what was under way, and what was not. */
function interrupted(results: readonly EntryResult[], reason: unknown): LoError {
  const named = (...states: EntryResult['state'][]) =>
    results.filter(({ state }) => states.includes(state)).map(({ entry }) => entry)
  const groups = [
    ['Applied', named('done', 'settling')],
    ['Under way, perhaps in part', named('applying')],
    ['Failed', named('failed')],
    ['Not applied', named('waiting', 'skipped')],
  ] as const
  const lines = groups.filter(([, names]) => names.length > 0)
  return new LoError('INTERRUPTED', reason instanceof Error ? reason.message : 'Interrupted.', {
    detail: lines.map(([what, names]) => `${what}: ${names.join(', ')}`).join('\n'),
    hint: 'Run the same command again: it goes on from there.',
    cause: reason,
  })
}
