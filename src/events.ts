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

/** What applying has done to one object. */
export type ApplyOutcome = 'created' | 'configured' | 'unchanged'

/** What became of one target of a deploy. An applied one was not waited for, a skipped one not reached. */
export type DeployOutcome = 'healthy' | 'applied' | 'unhealthy' | 'failed' | 'skipped'

export interface DeployedTarget {
  target: string
  outcome: DeployOutcome
  created: number
  configured: number
  unchanged: number
  milliseconds: number
}

/** One object that is not healthy yet, as people read it. */
export interface PendingObject {
  object: string
  message: string
  progress?: { done: number; all: number }
  /** How long it has been in this state. */
  milliseconds: number
}

/** How far the wait for health is. */
export interface HealthProgress {
  all: number
  pending: PendingObject[]
  /** What is known to be in the way: each cause as lines, the first of which names it. */
  causes: string[][]
  /** Set while the API server does not answer. */
  trouble: string | undefined
}

/** One thing that a run would make, change, leave as it is, or remove. */
export interface Planned {
  action: 'create' | 'change' | 'keep' | 'delete'
  what: string
}

/** What became of one entry of a bootstrap. A skipped one was not reached, or waits for one that failed. */
export interface BootstrappedEntry {
  entry: string
  outcome: ApplyOutcome | 'failed' | 'skipped'
  objects: number
  /** From its start to its end, with the wait for readiness where somebody waits for it. */
  milliseconds: number
  /** The entry whose failure it was skipped for. */
  because?: string
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
  /** It is not finished after so long: for where no clock is shown. */
  | { type: 'step-continues'; step: string; milliseconds: number }
  | { type: 'step-finished'; step: string; milliseconds: number }
  | {
      type: 'deploy-started'
      domain: string
      /** The domain whose cluster it is; another one for a deployment domain. */
      clusterDomain: string
      server: string
      context: string
      targets: string[]
      objects: number
      commit: string | undefined
    }
  | { type: 'target-applying'; target: string; objects: number; step: 'definitions' | 'resources' }
  | { type: 'object-applied'; target: string; object: string; outcome: ApplyOutcome }
  | { type: 'health-started'; target: string }
  | ({ type: 'health-progress'; target: string } & HealthProgress)
  | { type: 'health-finished'; target: string }
  | ({ type: 'target-deployed' } & DeployedTarget)
  | { type: 'deploy-finished' }
  // The entries of a bootstrap in their order, each with those that come before it.
  | {
      type: 'bootstrap-started'
      domain: string
      server: string
      entries: { entry: string; after: string[] }[]
    }
  | { type: 'entry-started'; entry: string }
  // It is applied, and others wait until it is ready.
  | { type: 'entry-applied'; entry: string }
  | ({ type: 'entry-settling'; entry: string } & HealthProgress)
  | ({ type: 'entry-finished' } & BootstrappedEntry)
  // `criticalPath`: the entries that decided how long it took.
  | { type: 'bootstrap-finished'; criticalPath: string[]; milliseconds: number }
