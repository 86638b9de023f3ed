import type { Context } from '../context.js'
import type { Domain } from '../project/domain.js'
import type { Project } from '../project/root.js'
import type { LoadedDomain } from '../project/spec/load.js'
import { hasTargets, listTargets, targetFolder } from '../project/targets.js'
import { loadVariables } from '../project/variables.js'
import { doubt, type Finding } from './finding.js'
import { lintAddons } from './lint-addons.js'
import { lintArtifacts } from './lint-artifacts.js'
import { lintLabels, lintVariables } from './lint-files.js'
import { lintKustomization } from './lint-kustomization.js'
import { lintSecrets } from './lint-secrets.js'
import { lintDomains, lintSpec, orMistakes } from './lint-spec.js'

export interface LintedDomain {
  domain: string
  findings: Finding[]
}

type LintContext = Pick<Context, 'cwd' | 'env' | 'output'>

/** Checks the files of these domains. Writes nothing, and calls no program and no cluster. */
export function lintProject(
  project: Project,
  domains: readonly Domain[],
  all: readonly Domain[],
  ctx: LintContext,
): LintedDomain[] {
  const shared = lintDomains(project, all)
  return domains.map(domain => {
    const { loaded, findings } = lintSpec(project, domain)
    const own = shared.filter(({ file }) => file?.startsWith(`clusters/${domain.name}/`))
    const targets = loaded
      ? [...lintTargets(project, loaded, ctx), ...withoutEchoes(lintAddons(project, loaded, ctx))]
      : []
    return {
      domain: domain.name,
      findings: [...findings, ...own, ...targets, ...lintSecrets(project, domain)],
    }
  })
}

function lintTargets(project: Project, loaded: LoadedDomain, ctx: LintContext): Finding[] {
  const { domain, cluster } = loaded
  if (!hasTargets(domain)) {
    return [doubt({ file: `clusters/${domain.name}`, message: 'there is no folder targets/ in it' })]
  }
  const listed = orMistakes(() => listTargets(domain, ctx.output))
  if ('findings' in listed) return listed.findings
  const targets = listed.value.map(target => lintKustomization(project, targetFolder(domain, target)))
  const files = [...new Map(targets.flatMap(({ files }) => files).map(file => [file.file, file])).values()]
  return [
    ...withoutEchoes(targets.flatMap(({ findings }) => findings)),
    ...lintVariables(
      files,
      loadVariables(project, cluster, {}, ctx),
      'set it in the environment of lo build',
    ),
    ...lintLabels(files),
    ...lintArtifacts(project, loaded, listed.value),
  ]
}

/** Targets may stand on the same folder, whose mistakes are told once. */
function withoutEchoes(findings: readonly Finding[]): Finding[] {
  const keyOf = ({ file, line, message }: Finding) => `${file}:${line} ${message}`
  return [...new Map(findings.map(finding => [keyOf(finding), finding])).values()]
}
