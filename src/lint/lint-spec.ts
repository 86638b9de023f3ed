import { planBootstrap } from '../bootstrap/plan.js'
import { LoError } from '../errors.js'
import type { Domain } from '../project/domain.js'
import type { Project } from '../project/root.js'
import { type LoadedDomain, loadDomain } from '../project/spec/load.js'
import { doubt, type Finding, mistake } from './finding.js'

/** Checks the spec of a domain, what it refers to, and its bootstrap. The domain is absent when its spec is wrong. */
export function lintSpec(project: Project, domain: Domain): { loaded?: LoadedDomain; findings: Finding[] } {
  const spec = orMistakes(() => loadDomain(project, domain))
  if ('findings' in spec) return spec
  if (domain.type === 'deployment') return { loaded: spec.value, findings: [] }
  const plan = orMistakes(() => planBootstrap(project, spec.value.cluster))
  const findings = 'findings' in plan ? plan.findings : plan.value.warnings.map(doubt)
  return { loaded: spec.value, findings }
}

/** What was read, or everything that is wrong with it. */
export function orMistakes<Value>(read: () => Value): { value: Value } | { findings: Finding[] } {
  try {
    return { value: read() }
  } catch (error) {
    if (!(error instanceof LoError)) throw error
    const { message, hint, problems } = error
    const whole = hint === undefined ? { message } : { message, hint }
    return { findings: problems.length > 0 ? problems.map(mistake) : [mistake(whole)] }
  }
}

/** A cluster domain below another one would share its names: `a.example.com` beside `example.com`. */
export function lintDomains(project: Project, domains: readonly Domain[]): Finding[] {
  const clusters = domains.filter(({ type }) => type === 'cluster')
  return clusters.flatMap(({ name, specFile }) => {
    const above = clusters.find(other => name.endsWith(`.${other.name}`))
    if (!above) return []
    const file = specFile.slice(project.root.length + 1)
    return [
      mistake({
        file,
        message: `${name} is a subdomain of ${above.name}, which is a cluster too`,
        hint: 'give one of them another name, or make it a deployment domain',
      }),
    ]
  })
}
