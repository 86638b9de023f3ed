import type { LoError, Problem } from './errors.js'

/** What became of one target. A skipped one was not reached: the run was interrupted before its turn. */
export type Outcome = 'created' | 'configured' | 'unchanged' | 'failed' | 'skipped'

export interface TargetReport {
  target: string
  outcome: Outcome
  resources: number
  /** Wall time from the start of the renderer to the last write. */
  milliseconds: number
  error?: LoError
}

/** Everything that can happen while `lo` works. Engines report these; only `output/` decides how they look. */
export type Event =
  | { type: 'project-found'; root: string }
  | { type: 'notice'; message: string }
  | ({ type: 'warning' } & Problem)
  | { type: 'command-started'; command: string[] }
  | { type: 'build-started'; domain: string; targets: string[]; renderer: string }
  | { type: 'target-started'; target: string }
  | ({ type: 'target-finished' } & TargetReport)
  | { type: 'build-finished' }
  // Work on a cluster, whatever the driver: steps may run side by side.
  | { type: 'step-started'; step: string }
  | { type: 'step-finished'; step: string; milliseconds: number }
