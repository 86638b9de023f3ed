import type { Context } from '../context.js'
import type { Planned } from '../events.js'
import type { ClusterSpec } from '../project/spec/kinds.js'

/** The cluster of one domain, as a driver gets it: checked, and with nothing of it made yet. */
export interface DriverCluster {
  /** `metadata.name`. */
  name: string
  domain: string
  spec: ClusterSpec
  /** Where the spec stands. */
  specFile: string
  /** The project's root. */
  root: string
  /** Where the cluster's kubeconfig belongs. The engine writes and removes that file, not the driver. */
  kubeconfig: string
}

/**
 * What a provision did: it made the cluster, it changed something about it, or everything stood already. A `complete`
 * one did the whole life cycle itself: the engine neither bootstraps nor registers.
 */
export type ProvisionOutcome = 'created' | 'configured' | 'unchanged' | 'complete'

export interface ClusterStatus {
  /** `absent`: nothing is there. `stopped`: nothing of it runs. `degraded`: some of it does not run. */
  state: 'absent' | 'stopped' | 'degraded' | 'running'
  /** The parts that should run and do not. */
  missing: string[]
  /** What else there is to say of it, such as what it costs, a line each. */
  facts?: string[]
}

/** A kind of cluster at work on one cluster. Everything may be called at any moment, again and again. */
export interface OpenedCluster {
  /** Makes the cluster, or brings it to what the spec says; after any earlier run, however that ended. */
  provision: () => Promise<ProvisionOutcome>
  /** Removes all that provision has made, after any earlier run. Right when there is nothing, too. */
  destroy: () => Promise<void>
  /** All that `destroy` would remove, a line each; empty when there is nothing, and always so after it. */
  inventory: () => Promise<string[]>
  status: () => Promise<ClusterStatus>
  /** The text of the administrator's kubeconfig; undefined when there is no cluster. */
  kubeconfig: () => Promise<string | undefined>
  /** What provision would do; changes nothing. Without it, or when it has no answer, nobody can tell. */
  plan?: () => Promise<Planned[] | undefined>
  /** What people should know before they let it be changed, or removed: what it costs, what stays. A line each. */
  remarks?: (about: 'provision' | 'destroy') => Promise<string[]>
  /** Variables for the addons of this cluster. */
  export?: () => Promise<Record<string, string>>
  /**
   * Waits until the nodes are ready, as far as that follows from these entries of `spec.bootstrap`, which are applied. To
   * be called after `provision`. Throws `UNHEALTHY` when that takes too long.
   */
  untilReady?: (entries: readonly string[]) => Promise<void>
  /** The SSH key that leads to the servers, as a line of `authorized_keys`; undefined when there is none. */
  publicKey?: () => Promise<string | undefined>
}

/** What is asked of a driver beyond what the spec says; one that does not know of it does without. */
export interface DriverOptions {
  /** Destroy also removes volumes that hold data. */
  volumes?: boolean
  /** Provision also removes what the spec does not want any more. */
  shrink?: boolean
}

/** A cluster that exists in memory only. */
export interface SimulatedCluster {
  driver: OpenedCluster
  /** Milliseconds of its virtual time. */
  now: () => number
  /** What was done so far: calls of an API, those of them that were refused as too many, scripts on servers. */
  effort: () => { calls: number; tooMany: number; scripts: number }
}

/** One kind of cluster. */
export interface Driver {
  /** As a spec's `kind` spells it. */
  kind: string
  /** One line for people. */
  summary: string
  /** Whether two projects with the same domain have a cluster each, which do not know of each other. */
  isPerProject?: boolean
  /** Changes nothing yet. Throws when what the driver needs from the outside, such as a token, is missing. */
  open: (
    cluster: DriverCluster,
    ctx: Context,
    options?: DriverOptions,
  ) => OpenedCluster | Promise<OpenedCluster>
  /** Opens it in memory and in virtual time, where these troubles strike. Without it, nobody can try such a cluster. */
  simulate?: (
    cluster: DriverCluster,
    ctx: Context,
    options: DriverOptions & { troubles: readonly string[] },
  ) => SimulatedCluster | Promise<SimulatedCluster>
}

/** Gives a driver its type. */
export function defineDriver(driver: Driver): Driver {
  return driver
}
