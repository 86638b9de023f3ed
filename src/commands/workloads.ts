import type { Context } from '../context.js'
import type { LoError } from '../errors.js'
import type { DeployFlags } from '../project/deploy-settings.js'
import type { Project } from '../project/root.js'
import type { BuildFlags } from '../project/settings.js'
import type { LoadedDomain } from '../project/spec/load.js'

type Loaded = LoadedDomain & { project: Project }

/** What a run came to: what programs get of it, and the error to throw once that was handed over. */
export interface Done {
  data: Record<string, unknown>
  failure: LoError | undefined
}

/** Builds targets of a domain, by name; all of them when none is named. */
export async function buildWorkloads(
  { project, ...loaded }: Loaded,
  names: string[],
  flags: BuildFlags,
  ctx: Context,
): Promise<Done> {
  const { buildTargets, describeBuild, failureOf } = await import('../build/build.js')
  const { listTargets, planBuild, selectTargets } = await import('../project/index.js')
  const { domain } = loaded
  const allTargets = listTargets(domain, ctx.output)
  const request = {
    root: project.root,
    domain: domain.name,
    folder: domain.folder,
    targets: selectTargets(domain, names, allTargets),
    allTargets,
    ...planBuild(project, loaded, flags, ctx),
  }
  const report = await buildTargets(request, ctx)
  return { data: describeBuild(request, report), failure: failureOf(report, domain.name) }
}

/** Deploys targets of a domain, in the order of their names; all of them when none is named. */
export async function deployWorkloads(
  { project, ...loaded }: Loaded,
  names: string[],
  flags: DeployFlags & { forceConflicts?: boolean; forceRecreate?: boolean },
  ctx: Context,
): Promise<Done> {
  const { deployTargets, describeDeploy, failureOf, prepareDeploy, startOf } = await import(
    '../deploy/index.js'
  )
  const { listTargets, planDeploy, selectInOrder } = await import('../project/index.js')
  const { domain } = loaded
  const prepared = await prepareDeploy(
    {
      ...planDeploy(project, loaded, flags, ctx),
      targets: selectInOrder(domain, names, listTargets(domain, ctx.output)),
      forceConflicts: flags.forceConflicts ?? false,
      forceRecreate: flags.forceRecreate ?? false,
    },
    ctx,
  )
  try {
    ctx.output.event(startOf(prepared))
    const results = await deployTargets(prepared.request, prepared.connection, ctx)
    ctx.output.event({ type: 'deploy-finished' })
    const interrupt = ctx.signal.aborted ? (ctx.signal.reason as LoError) : undefined
    const failure = failureOf(results, domain.name, prepared.request.redact, interrupt)
    return { data: describeDeploy(prepared, results), failure }
  } finally {
    prepared.close()
  }
}
