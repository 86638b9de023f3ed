import type { Context } from '../context.js'
import { LoError } from '../errors.js'
import type { Planned } from '../events.js'
import { withAftermath } from './aftermath.js'
import type { ClusterStatus, DriverCluster, ProvisionOutcome, SimulatedCluster } from './driver.js'
import { findDriver } from './index.js'
import { clusterOf, type Flags, loadOwner } from './open.js'
import { formatPlan } from './plan.js'

export interface SimulateFlags extends Flags {
  /** What goes wrong, by name. */
  trouble?: string[]
}

/** How much there was to do: `milliseconds` are of virtual time. */
export interface Effort {
  milliseconds: number
  calls: number
  /** Calls that were refused as too many. */
  tooMany: number
  scripts: number
}

export interface SimulatedProvision {
  cluster: DriverCluster
  plan: Planned[]
  remarks: string[]
  outcome: ProvisionOutcome
  status: ClusterStatus
  effort: Effort
}

/**
 * Makes a cluster that exists in memory only, with the driver and from the spec that a real one would be made with.
 * Writes nothing, sends nothing anywhere, and needs no credentials. Neither bootstrap nor registration are part of it.
 * Throws `USAGE` for a kind that cannot be simulated, and whatever the driver throws, with how far it came.
 */
export async function simulateProvision(
  name: string | undefined,
  flags: SimulateFlags,
  ctx: Context,
): Promise<SimulatedProvision> {
  const { cluster, simulated } = await openSimulated(name, flags, ctx)
  const { driver } = simulated
  const { plan, remarks } = await planOf(simulated)
  for (const message of formatPlan(plan, remarks).split('\n')) ctx.output.event({ type: 'notice', message })
  const { value: outcome, effort } = await measure(simulated, () =>
    withAftermath({ cluster, driver }, 'This was a simulation: none of it exists.', ctx, () =>
      driver.provision(),
    ),
  )
  return { cluster, plan, remarks, outcome, status: await driver.status(), effort }
}

/** What a provision of a cluster that is not there would do. */
export async function simulatePlan(name: string | undefined, flags: SimulateFlags, ctx: Context) {
  const { cluster, simulated } = await openSimulated(name, flags, ctx)
  return { cluster, ...(await planOf(simulated)) }
}

export interface SimulatedDestroy {
  cluster: DriverCluster
  removed: string[]
  /** What is there afterwards. */
  left: string[]
  effort: Effort
}

/** Makes a cluster in memory, without a word, and removes it again. Throws as `simulateProvision` does. */
export async function simulateDestroy(
  name: string | undefined,
  flags: SimulateFlags,
  ctx: Context,
): Promise<SimulatedDestroy> {
  const { cluster, simulated } = await openSimulated(name, flags, ctx)
  const { driver } = simulated
  await driver.provision()
  const removed = await driver.inventory()
  const { effort } = await measure(simulated, () => driver.destroy())
  return { cluster, removed, left: await driver.inventory(), effort }
}

async function openSimulated(name: string | undefined, flags: SimulateFlags, ctx: Context) {
  const loaded = loadOwner(name, flags, ctx)
  const cluster = clusterOf(loaded)
  const driver = findDriver(cluster.spec.kind, loaded.project)
  if (!driver.simulate) {
    throw new LoError('USAGE', `Clusters of kind ${cluster.spec.kind} cannot be simulated.`, {
      hint: 'Those of kind Hetzner can. A cluster of kind Rehearsal runs on this machine alone: provision it.',
    })
  }
  const { trouble = [], shrink, volumes } = flags
  const simulated = await driver.simulate(cluster, ctx, {
    troubles: trouble,
    ...(shrink !== undefined && { shrink }),
    ...(volumes !== undefined && { volumes }),
  })
  return { cluster, simulated }
}

async function planOf(simulated: SimulatedCluster): Promise<{ plan: Planned[]; remarks: string[] }> {
  const { driver } = simulated
  const { value } = await measure(simulated, async () => {
    const plan = (await driver.plan?.()) ?? []
    return { plan, remarks: (await driver.remarks?.('provision')) ?? [] }
  })
  return value
}

/** How much a piece of work takes; an error says so, too. */
async function measure<Value>(
  { now, effort }: SimulatedCluster,
  work: () => Promise<Value>,
): Promise<{ value: Value; effort: Effort }> {
  const [start, before] = [now(), effort()]
  const spent = (): Effort => {
    const { calls, tooMany, scripts } = effort()
    return {
      milliseconds: now() - start,
      calls: calls - before.calls,
      tooMany: tooMany - before.tooMany,
      scripts: scripts - before.scripts,
    }
  }
  try {
    return { value: await work(), effort: spent() }
  } catch (error) {
    if (!(error instanceof LoError)) throw error
    const { code, message, detail = '', hint, problems, cause } = error
    const evidence = [detail.trimEnd(), `${formatEffort(spent())} until then.`].filter(Boolean).join('\n')
    throw new LoError(code, `simulated: ${message}`, {
      detail: evidence,
      ...(hint && { hint }),
      problems: [...problems],
      cause,
    })
  }
}

/** `4 min 12 s of virtual time, 57 API calls, 61 scripts on servers`. */
export function formatEffort({ milliseconds, calls, scripts }: Effort): string {
  const seconds = Math.round(milliseconds / 1000)
  const time = seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`
  return `${time} of virtual time, ${calls} API calls, ${scripts} scripts on servers`
}
