import path from 'node:path'
import { type Bootstrap, prepareBootstrap } from '../bootstrap/bootstrap.js'
import type { Context } from '../context.js'
import { LoError } from '../errors.js'
import { planRegistration, type Registration } from '../kubehz/settings.js'
import { loadCredentials } from '../project/credentials.js'
import { findDomain, findProject, loadDomain, selectDomain } from '../project/index.js'
import type { Project } from '../project/root.js'
import type { LoadedDomain } from '../project/spec/load.js'
import type { ClusterStatus, DriverCluster, DriverOptions, OpenedCluster } from './driver.js'
import { findDriver, hasDriver } from './index.js'
import { lockFolder } from './lock.js'

type Loaded = LoadedDomain & { project: Project }

export interface Flags extends DriverOptions {
  dir?: string
  domain?: string
}

/** The cluster that a command is about: everything checked that can be, and nothing done yet. */
export interface Opened {
  cluster: DriverCluster
  driver: OpenedCluster
  /** Where one `lo` keeps others from this cluster. */
  lock: string
  /** Absent when there is nothing to bootstrap. */
  bootstrap?: Pick<Bootstrap, 'plan' | 'apply'>
  /** Absent when the cluster does not show up on the kubehz platform. */
  registration?: Registration
}

/** Opens the cluster of a domain with the driver of its kind. */
export async function openCluster(name: string | undefined, flags: Flags, ctx: Context): Promise<Opened> {
  return open(loadOwner(name, flags, ctx), flags, ctx)
}

/** The same for a provision: what it bootstraps is checked first. None of that may keep a cluster from being destroyed. */
export async function openForProvision(
  name: string | undefined,
  flags: Flags,
  ctx: Context,
): Promise<Opened> {
  const loaded = loadOwner(name, flags, ctx)
  const bootstrap = await prepareBootstrap(loaded, ctx)
  return { ...(await open(loaded, flags, ctx)), ...(bootstrap && { bootstrap }) }
}

/** The cluster domain that a command is about. A deployment domain is refused, since its cluster belongs to another one. */
export function loadOwner(name: string | undefined, flags: Flags, ctx: Context): Loaded {
  const loaded = loadNamed(name, flags, ctx)
  const { domain, cluster: owner } = loaded
  if (domain !== owner.domain) {
    throw new LoError(
      'USAGE',
      `${domain.name} has no cluster of its own: it deploys into that of ${owner.domain.name}.`,
      { hint: `Name ${owner.domain.name} instead.` },
    )
  }
  return loaded
}

async function open(loaded: Loaded, { volumes, shrink }: Flags, ctx: Context): Promise<Opened> {
  const { project, domain, cluster: owner } = loaded
  const cluster = clusterOf(loaded)
  const registration = planRegistration(domain.name, owner.spec.spec.kubehz)
  const kind = findDriver(owner.spec.kind, project)
  const driver = await kind.open(cluster, withCredentials(domain.folder, ctx), {
    ...(volumes !== undefined && { volumes }),
    ...(shrink !== undefined && { shrink }),
  })
  return {
    cluster,
    driver,
    lock: lockFolder(cluster, kind.isPerProject ?? false, ctx.env),
    ...(registration && { registration }),
  }
}

/** What a driver gets of a domain. */
export function clusterOf({ project, cluster: { domain, spec } }: Loaded): DriverCluster {
  return {
    name: spec.metadata.name,
    domain: domain.name,
    spec,
    specFile: domain.specFile,
    root: project.root,
    kubeconfig: path.join(project.root, '.kubeconfig', `${spec.metadata.name}.yaml`),
  }
}

function withCredentials(folder: string, ctx: Context): Context {
  const credentials = loadCredentials(folder, ctx.env)
  for (const name of Object.keys(credentials)) {
    ctx.output.event({ type: 'notice', message: `${name} comes from ${path.basename(folder)}/secrets` })
  }
  return { ...ctx, env: { ...ctx.env, ...credentials } }
}

/** Loads and checks the domain that is named as the first argument, or else as for every command. */
export function loadNamed(
  name: string | undefined,
  flags: Flags,
  ctx: Pick<Context, 'cwd' | 'env' | 'output'>,
): Loaded {
  const project = findProject(flags.dir, ctx)
  const domain =
    name === undefined ? selectDomain(project, [], flags.domain, ctx).domain : findDomain(project, name)
  return { project, ...loadDomain(project, domain) }
}

/** What the driver says of a cluster; undefined for a kind that `lo` cannot make. */
export async function readState(loaded: Loaded, ctx: Context): Promise<ClusterStatus | undefined> {
  const { project, cluster: owner } = loaded
  if (!hasDriver(owner.spec.kind, project)) return undefined
  const kind = findDriver(owner.spec.kind, project)
  try {
    const driver = await kind.open(clusterOf(loaded), withCredentials(owner.domain.folder, ctx))
    return await driver.status()
  } catch (error) {
    // Whoever may use a cluster need not be somebody who may change it.
    if (!(error instanceof LoError) || error.code !== 'TOKEN_MISSING') throw error
    const message = `${error.message.replace(/\.$/, '')}: nothing can be said of the servers`
    ctx.output.event({ type: 'warning', message })
    return undefined
  }
}
