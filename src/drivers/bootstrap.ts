import { existsSync } from 'node:fs'
import path from 'node:path'
import { type BootstrapTarget, prepareBootstrap } from '../bootstrap/bootstrap.js'
import type { BootstrapReport } from '../bootstrap/report.js'
import type { Context } from '../context.js'
import { LoError } from '../errors.js'
import { kubeconfigFile } from '../project/variables.js'
import { hasDriver } from './index.js'
import { exportOf } from './lifecycle.js'
import { withLock } from './lock.js'
import { loadNamed, openCluster } from './open.js'

export interface BootstrapFlags {
  dir?: string
  domain?: string
  kubeconfig?: string
  context?: string
  forceConflicts?: boolean
  forceRecreate?: boolean
}

/** Applies `spec.bootstrap` to a cluster that there is already; undefined when there is nothing to apply. */
export async function bootstrapAgain(
  name: string | undefined,
  flags: BootstrapFlags,
  ctx: Context,
): Promise<{ domain: string; report: BootstrapReport | undefined }> {
  const loaded = loadNamed(name, flags, ctx)
  const { project, cluster: owner } = loaded
  const { domain, spec } = owner
  if (loaded.domain !== domain) {
    throw new LoError('USAGE', `${loaded.domain.name} has no cluster of its own to bootstrap.`, {
      hint: `Name ${domain.name} instead.`,
    })
  }
  const named = flags.kubeconfig && path.resolve(ctx.cwd, flags.kubeconfig)
  const kubeconfig = named || kubeconfigFile(project, owner)
  if (!existsSync(kubeconfig)) throw withoutKubeconfig(domain.name, kubeconfig)
  const { context, forceConflicts = false, forceRecreate = false } = flags
  const target: BootstrapTarget = {
    kubeconfig,
    ...(context !== undefined && { context }),
    variables: {},
    forceConflicts,
    forceRecreate,
  }
  const bootstrap = await prepareBootstrap(loaded, ctx)
  if (!bootstrap) return { domain: domain.name, report: undefined }
  // A cluster that somebody else made has no driver here, and can be bootstrapped all the same.
  if (!hasDriver(spec.kind, project)) return { domain: domain.name, report: await bootstrap.run(target) }
  const { driver, lock } = await openCluster(domain.name, flags, ctx)
  const report = await withLock(lock, domain.name, ctx, async () =>
    bootstrap.run({ ...target, variables: await exportOf(driver) }),
  )
  return { domain: domain.name, report }
}

function withoutKubeconfig(domain: string, kubeconfig: string): LoError {
  return new LoError('CLUSTER_UNKNOWN', `The cluster of ${domain} has no kubeconfig ${kubeconfig}.`, {
    hint: `Run \`lo provision ${domain}\`, or name a kubeconfig with --kubeconfig.`,
  })
}
