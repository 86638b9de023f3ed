import { existsSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { LoError } from '../errors.js'
import { checkName, isName } from './name.js'
import { suggest } from './nearest.js'
import { isFolder, type Project, unreadable } from './root.js'

/** A folder `clusters/<name>/` with a spec: a cluster, or a deployment into another domain's cluster. */
export interface Domain {
  name: string
  type: 'cluster' | 'deployment'
  folder: string
  specFile: string
}

/** The cluster spec wins when a folder has both. */
const specNames = { cluster: 'cluster.lok8s.yaml', deployment: 'deploy.lok8s.yaml' } as const

/** All domains in byte order; hidden folders and folders without a spec are none. */
export function listDomains(project: Project): Domain[] {
  return readClusters(project)
    .filter(isName)
    .sort()
    .flatMap(name => domainAt(project, name) ?? [])
}

/** The domain of that name, which may be anything a user typed. `origin` says in an error where the name came from. */
export function findDomain(project: Project, name: string, origin = ''): Domain {
  checkName('domain', name, origin)
  const domain = domainAt(project, name)
  if (domain) return domain
  const folder = path.join(project.clusters, name)
  const from = origin && ` (${origin})`
  if (isFolder(folder)) {
    throw new LoError(
      'DOMAIN_MISSING',
      `clusters/${name}${from} is no domain: it has no ${Object.values(specNames).join(' or ')}.`,
    )
  }
  const known = listDomains(project).map(domain => domain.name)
  throw new LoError('DOMAIN_MISSING', `There is no domain "${name}"${from} in ${project.clusters}.`, {
    hint: suggest(name, known) ?? `Make the folder clusters/${name} with a ${specNames.cluster}.`,
  })
}

export function hasDomain(project: Project, name: string): boolean {
  return isName(name) && domainAt(project, name) !== undefined
}

function readClusters({ clusters }: Project): string[] {
  try {
    return readdirSync(clusters)
  } catch (error) {
    throw unreadable(clusters, error)
  }
}

function domainAt(project: Project, name: string): Domain | undefined {
  const folder = path.join(project.clusters, name)
  for (const type of ['cluster', 'deployment'] as const) {
    const specFile = path.join(folder, specNames[type])
    if (existsSync(specFile)) return { name, type, folder, specFile }
  }
  return undefined
}
