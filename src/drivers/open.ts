import path from 'node:path'
import type { Context } from '../context.js'
import { LoError } from '../errors.js'
import { findDomain, findProject, loadDomain, selectDomain } from '../project/index.js'
import type { Project } from '../project/root.js'
import type { Cluster, LoadedDomain } from '../project/spec/load.js'
import type { ClusterStatus, DriverCluster, OpenedCluster } from './driver.js'
import { findDriver, hasDriver } from './index.js'

interface Flags {
  dir?: string
  domain?: string
}

/** The cluster that a command is about, checked, and the driver at work on it. */
export interface Opened {
  cluster: DriverCluster
  driver: OpenedCluster
}

/**
 * Opens the cluster of a domain with the driver of its kind. A deployment domain is refused, since its cluster belongs
 * to another domain.
 */
export async function openCluster(name: string | undefined, flags: Flags, ctx: Context): Promise<Opened> {
  const { project, domain, cluster: owner } = loadNamed(name, flags, ctx)
  if (domain !== owner.domain) {
    throw new LoError(
      'USAGE',
      `${domain.name} has no cluster of its own: it deploys into that of ${owner.domain.name}.`,
      { hint: `Name ${owner.domain.name} instead.` },
    )
  }
  const cluster = describeCluster(project, owner)
  return { cluster, driver: await findDriver(owner.spec.kind).open(cluster, ctx) }
}

function describeCluster(project: Project, { domain, spec }: Cluster): DriverCluster {
  return {
    name: spec.metadata.name,
    domain: domain.name,
    spec,
    root: project.root,
    kubeconfig: path.join(project.root, '.kubeconfig', `${spec.metadata.name}.yaml`),
  }
}

/** Loads and checks the domain that is named as the first argument, or else as for every command. */
export function loadNamed(
  name: string | undefined,
  flags: Flags,
  ctx: Context,
): LoadedDomain & { project: Project } {
  const project = findProject(flags.dir, ctx)
  const domain =
    name === undefined ? selectDomain(project, [], flags.domain, ctx).domain : findDomain(project, name)
  return { project, ...loadDomain(project, domain) }
}

/** What the driver says of a cluster; undefined for a kind that `lo` cannot make. */
export async function readState(
  { project, cluster: owner }: LoadedDomain & { project: Project },
  ctx: Context,
): Promise<ClusterStatus | undefined> {
  if (!hasDriver(owner.spec.kind)) return undefined
  const cluster = describeCluster(project, owner)
  const driver = await findDriver(owner.spec.kind).open(cluster, ctx)
  return driver.status()
}
