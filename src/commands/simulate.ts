import type { Context } from '../context.js'
import type { ClusterStatus } from '../drivers/driver.js'
import type { SimulatedDestroy, SimulatedProvision, SimulateFlags } from '../drivers/simulate.js'
import { LoError } from '../errors.js'

export interface SimulationFlags {
  simulate?: boolean
  trouble?: string[]
}

/** What `--trouble` collects. */
export const collect = (value: string, all: string[] = []): string[] => [...all, value]

/** Throws `USAGE` when something is to go wrong that is none of a simulation. */
export function checkTrouble({ simulate, trouble }: SimulationFlags): void {
  if (simulate || !trouble) return
  throw new LoError('USAGE', '--trouble is for --simulate.', { hint: 'Add --simulate.' })
}

/** `lo provision --simulate`, with `--plan` or without it. */
export async function showProvision(
  name: string | undefined,
  flags: SimulateFlags & { plan?: boolean },
  ctx: Context,
): Promise<void> {
  const { simulatePlan, simulateProvision, formatEffort } = await import('../drivers/simulate.js')
  if (flags.plan) {
    const { formatPlan } = await import('../drivers/plan.js')
    const { cluster, plan, remarks } = await simulatePlan(name, flags, ctx)
    ctx.output.result({
      text: [formatPlan(plan, remarks), nothingIsReal].join('\n'),
      data: { simulated: true, domain: cluster.domain, plan, remarks },
    })
    return
  }
  const report = await simulateProvision(name, flags, ctx)
  const text = [
    `Cluster:    ${report.cluster.name} (${report.cluster.spec.kind}, simulated, ${report.outcome})`,
    ...formatStatus(report.status),
    `Would take: ${formatEffort(report.effort)}; bootstrap and registration come on top`,
    nothingIsReal,
  ]
  ctx.output.result({ text: text.join('\n'), data: describeProvision(report) })
}

const nothingIsReal =
  'Nothing of this exists: it was simulated, nothing was sent anywhere, and nothing was written.'

function formatStatus({ state, missing, facts = [] }: ClusterStatus): string[] {
  return [
    `State:      ${state}`,
    ...missing.map(part => `  ${part} does not run`),
    ...facts.map(fact => `  ${fact}`),
  ]
}

function describeProvision({ cluster, plan, remarks, outcome, status, effort }: SimulatedProvision) {
  const { name, domain, spec } = cluster
  return {
    simulated: true,
    domain,
    cluster: name,
    kind: spec.kind,
    outcome,
    plan,
    remarks,
    status,
    ...effort,
  }
}

/** `lo destroy --simulate`. */
export async function showDestroy(
  name: string | undefined,
  flags: SimulateFlags,
  ctx: Context,
): Promise<void> {
  const { simulateDestroy, formatEffort } = await import('../drivers/simulate.js')
  const report: SimulatedDestroy = await simulateDestroy(name, flags, ctx)
  const { cluster, removed, left, effort } = report
  const text = [
    ...removed.map(line => `delete  ${line}`),
    left.length > 0 ? `Left over: ${left.join(', ')}` : 'Nothing is left over.',
    `Would take: ${formatEffort(effort)}`,
    nothingIsReal,
  ]
  ctx.output.result({
    text: text.join('\n'),
    data: { simulated: true, domain: cluster.domain, removed, left, ...effort },
  })
}
