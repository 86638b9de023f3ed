import { findRenderer } from '../build/render.js'
import type { Context } from '../context.js'
import type { Connection } from '../deploy/connection.js'
import { checkCluster } from '../deploy/preflight/check-cluster.js'
import type { Planned } from '../events.js'
import { openKubectl } from '../kube/kubectl.js'
import { createResources } from '../kube/resources.js'
import type { Project } from '../project/root.js'
import type { LoadedDomain } from '../project/spec/load.js'
import { findHelm } from './addon/helm.js'
import { openEngine } from './engine.js'
import { type BootstrapPlan, planBootstrap } from './plan.js'
import { planChanges } from './plan-changes.js'
import {
  type BootstrapFacts,
  type BootstrapReport,
  describeBootstrap,
  failureOf,
  reportOf,
} from './report.js'
import { runEntries } from './run.js'
import { parallelOf, renderSettings } from './settings.js'

type Loaded = LoadedDomain & { project: Project }

/** What a bootstrap applies to: a cluster that answers. */
export interface BootstrapTarget {
  kubeconfig: string
  context?: string
  /** What the driver exports for addons. */
  variables: Record<string, string>
  forceConflicts?: boolean
  forceRecreate?: boolean
}

/** The infrastructure of a cluster: read and checked, and with nothing of it applied. */
export interface Bootstrap {
  /** What `apply` would do; writes nothing. Without a kubeconfig there is no cluster yet. */
  plan: (kubeconfig: string | undefined) => Promise<Planned[]>
  /** Applies it. Failures are part of the report. */
  run: (target: BootstrapTarget) => Promise<BootstrapReport>
  /** The same, but a failure is thrown. Answers with what programs get of it. */
  apply: (target: BootstrapTarget) => Promise<BootstrapFacts>
}

/**
 * Reads and checks all of `spec.bootstrap`, and finds the tools that it needs. Undefined when there is nothing to apply.
 * Throws `SPEC_INVALID` and `TOOL_MISSING`.
 */
export async function prepareBootstrap(loaded: Loaded, ctx: Context): Promise<Bootstrap | undefined> {
  const plan = planBootstrap(loaded.project, loaded.cluster)
  if (plan.entries.length === 0) return undefined
  for (const warning of plan.warnings) ctx.output.event({ type: 'warning', ...warning })
  findRenderer(ctx)
  if (plan.entries.some(({ chart }) => chart)) findHelm(ctx)
  const run = (target: BootstrapTarget) => runCluster(loaded, plan, target, ctx)
  return {
    plan: kubeconfig => planCluster(loaded, plan, kubeconfig, ctx),
    run,
    apply: async target => {
      const report = await run(target)
      const failure = failureOf(report, ctx.signal)
      if (failure) throw failure
      return describeBootstrap(report)
    },
  }
}

async function planCluster(
  { project, cluster }: Loaded,
  { entries }: BootstrapPlan,
  kubeconfig: string | undefined,
  ctx: Context,
): Promise<Planned[]> {
  const renderer = findRenderer(ctx)
  const settings = renderSettings({ project, cluster, renderer, kubeconfig, exported: {} }, ctx)
  if (kubeconfig === undefined) return planChanges(entries, settings, undefined, ctx)
  return withConnection({ kubeconfig }, ctx, connection => planChanges(entries, settings, connection, ctx))
}

async function runCluster(
  { project, cluster }: Loaded,
  plan: BootstrapPlan,
  target: BootstrapTarget,
  ctx: Context,
): Promise<BootstrapReport> {
  const { kubeconfig, context, variables, forceConflicts = false, forceRecreate = false } = target
  const { entries, graph } = plan
  const start = ctx.now()
  const domain = cluster.domain.name
  const renderer = findRenderer(ctx)
  const request = { project, cluster, renderer, kubeconfig, context, exported: variables }
  const settings = { ...renderSettings(request, ctx), forceConflicts, forceRecreate }
  return withConnection(target, ctx, async connection => {
    await checkCluster(connection, domain, ctx.signal)
    const { server } = connection.api
    ctx.output.event({ type: 'bootstrap-started', domain, server, entries: namesOf(plan) })
    const engine = openEngine(settings, connection, ctx)
    const results = await runEntries({ entries, graph, parallel: parallelOf(ctx.env) }, engine, ctx)
    const report = reportOf(domain, results, graph, Math.round(ctx.now() - start))
    const { criticalPath, milliseconds } = report
    if (!ctx.signal.aborted) ctx.output.event({ type: 'bootstrap-finished', criticalPath, milliseconds })
    return report
  })
}

function namesOf({ entries, graph }: BootstrapPlan): { entry: string; after: string[] }[] {
  return entries.map(({ name }, index) => ({
    entry: name,
    after: [...graph.after[index]!.keys()].map(before => entries[before]!.name),
  }))
}

async function withConnection<Value>(
  { kubeconfig, context }: Pick<BootstrapTarget, 'kubeconfig' | 'context'>,
  ctx: Context,
  work: (connection: Connection) => Promise<Value>,
): Promise<Value> {
  const { connect } = await import('../kube/connect.js')
  const api = await connect(kubeconfig, { now: ctx.now, ...(context !== undefined && { context }) })
  try {
    return await work({
      api,
      kubectl: openKubectl({ kubeconfig, context: api.context }, ctx),
      resources: createResources(api, ctx.signal),
    })
  } finally {
    api.close()
  }
}
