import type { Output } from '../output/output.js'
import { readActive } from './active.js'
import { listDomains } from './domain.js'
import type { Project } from './root.js'
import { peekDomain } from './spec/load.js'

export interface DomainOverview {
  name: string
  type: 'cluster' | 'deployment'
  /** As the spec spells it; `?` where the spec cannot be read. */
  kind: string
  /** The domain whose cluster a deployment domain deploys into. */
  clusterRef?: string
}

export interface Overview {
  active: string | undefined
  /** Cluster domains first, each group in byte order. */
  domains: DomainOverview[]
}

/** All domains of a project, and which one is active. Reads each spec as far as that is possible. */
export function describeDomains(project: Project, output: Output): Overview {
  const active = readActive(project, output)
  const all = listDomains(project).map(domain => ({
    name: domain.name,
    type: domain.type,
    ...peekDomain(project, domain),
  }))
  const domains = [
    ...all.filter(({ type }) => type === 'cluster'),
    ...all.filter(({ type }) => type === 'deployment'),
  ]
  if (active !== undefined && !domains.some(({ name }) => name === active)) {
    output.event({
      type: 'warning',
      file: 'clusters/.active',
      message: `there is no domain "${active}" any more`,
    })
  }
  return { active, domains }
}
