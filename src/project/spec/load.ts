import path from 'node:path'
import type * as z from 'zod'
import { LoError, systemCode } from '../../errors.js'
import { type Domain, findDomain, hasDomain, listDomains } from '../domain.js'
import { findDriverFolder, listDriverFolders } from '../driver-folder.js'
import { showName } from '../name.js'
import { suggest } from '../nearest.js'
import type { Project } from '../root.js'
import { check, invalid } from './check.js'
import { type DeploySpec, deploySpec } from './deploy.js'
import { type ClusterSpec, clusterKinds, customCluster } from './kinds.js'
import { readSource, type Source } from './source.js'

/** A cluster domain with its spec. */
export interface Cluster {
  domain: Domain
  spec: ClusterSpec
  /** The file of the spec, for what is found wrong with it later. */
  source: Source
}

/** What stands in a domain's spec. For a deployment domain `cluster` is the one that it deploys into. */
export interface LoadedDomain {
  domain: Domain
  spec: ClusterSpec | DeploySpec
  cluster: Cluster
}

/** Reads and checks the spec of a domain, and of the domain that it refers to. Throws `SPEC_INVALID`. */
export function loadDomain(project: Project, domain: Domain): LoadedDomain {
  if (domain.type === 'cluster') {
    const cluster = loadCluster(project, domain)
    return { domain, spec: cluster.spec, cluster }
  }
  const { spec, source } = loadDeploy(project, domain)
  const referred = referredDomain(project, domain, spec.spec.clusterRef.domain, source)
  return { domain, spec, cluster: loadCluster(project, referred) }
}

function loadCluster(project: Project, domain: Domain): Cluster {
  const source = readSpec(project, domain)
  const spec = check(schemaFor(project, source), source) as ClusterSpec
  const named = spec.spec.cluster.domain
  if (named === domain.name) return { domain, spec, source }
  throw invalid([
    source.problemAt(['spec', 'cluster', 'domain'], {
      message: `spec.cluster.domain: expected the name of the folder, ${domain.name}, found "${named}"`,
    }),
  ])
}

function loadDeploy(project: Project, domain: Domain): { spec: DeploySpec; source: Source } {
  const source = readSpec(project, domain)
  return { spec: check(deploySpec, source), source }
}

/** A deployment domain deploys into a cluster domain, never into another deployment domain. */
function referredDomain(project: Project, domain: Domain, name: string, source: Source): Domain {
  const refuse = (message: string, hint?: string) =>
    invalid([source.problemAt(['spec', 'clusterRef', 'domain'], { message, ...(hint && { hint }) })])
  if (!hasDomain(project, name)) {
    const known = listDomains(project).filter(({ type }) => type === 'cluster')
    throw refuse(
      `there is no domain "${name}" in clusters/`,
      suggest(
        name,
        known.map(known => known.name),
      ),
    )
  }
  const referred = findDomain(project, name)
  if (referred.type === 'cluster') return referred
  throw refuse(
    `"${name}" is a deployment domain itself`,
    `name the cluster domain that ${domain.name} should deploy into`,
  )
}

/** The kind of a domain as its spec spells it and, for a deployment domain, what it refers to: `?` when unreadable. */
export function peekDomain(project: Project, domain: Domain): { kind: string; clusterRef?: string } {
  const value = peekSource(project, domain).value as Record<string, unknown> | undefined
  const kind = typeof value?.kind === 'string' ? value.kind : '?'
  if (domain.type === 'cluster') return { kind }
  const spec = value?.spec as { clusterRef?: { domain?: unknown } } | undefined
  const reference = spec?.clusterRef?.domain
  return { kind: 'Deploy', clusterRef: typeof reference === 'string' ? reference : '?' }
}

function peekSource(project: Project, domain: Domain): Pick<Source, 'value'> {
  try {
    return readSpecFile(project, domain)
  } catch {
    return { value: undefined }
  }
}

function readSpec(project: Project, domain: Domain): Source {
  const source = readSpecFile(project, domain)
  if (source.problems.length > 0) throw invalid(source.problems)
  return source
}

function readSpecFile(project: Project, domain: Domain): Source {
  const name = path.relative(project.root, domain.specFile)
  try {
    return readSource(domain.specFile, name)
  } catch (cause) {
    throw new LoError('SPEC_INVALID', `${name} cannot be read (${systemCode(cause) ?? cause}).`, { cause })
  }
}

/** The schema of the kind, in any case; a kind that is not ours needs a driver in the project. */
function schemaFor(project: Project, source: Source): z.ZodType {
  const value = source.value
  const kind = typeof value === 'object' && value !== null && 'kind' in value ? value.kind : undefined
  if (typeof kind !== 'string') return customCluster
  const names = Object.keys(clusterKinds) as (keyof typeof clusterKinds)[]
  const known = names.find(name => name.toLowerCase() === kind.toLowerCase())
  if (known) return clusterKinds[known]
  if (/^[a-z][a-z0-9]{0,62}$/i.test(kind) && findDriverFolder(project, kind)) return customCluster
  const hint = suggest(kind, [...names, ...listDriverFolders(project)])
  throw invalid([
    source.problemAt(['kind'], {
      message: `unknown kind ${showName(kind)}, and no driver of that name in .lok8s/drivers`,
      ...(hint && { hint }),
    }),
  ])
}
