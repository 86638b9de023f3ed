import { planBootstrap } from '../bootstrap/plan.js'
import type { Context } from '../context.js'
import type { Project } from '../project/root.js'
import type { LoadedDomain } from '../project/spec/load.js'
import { loadVariables } from '../project/variables.js'
import type { Finding } from './finding.js'
import { lintVariables } from './lint-files.js'
import { lintKustomization } from './lint-kustomization.js'
import { orMistakes } from './lint-spec.js'

const hint = 'set it in the environment, or in `env` of the entry; the driver of a cluster may set it, too'

/** Checks the addons of the project itself that a cluster uses. What is wrong with the entries is told elsewhere. */
export function lintAddons(
  project: Project,
  { cluster, domain }: LoadedDomain,
  ctx: Pick<Context, 'cwd' | 'env' | 'output'>,
): Finding[] {
  if (domain !== cluster.domain) return []
  const plan = orMistakes(() => planBootstrap(project, cluster))
  if ('findings' in plan) return []
  const variables = loadVariables(project, cluster, {}, ctx)
  return plan.value.entries
    .filter(({ isBuiltIn }) => !isBuiltIn)
    .flatMap(({ folder, env }) => {
      const { files, findings } = lintKustomization(project, folder)
      return [...findings, ...lintVariables(files, { ...variables, ...env }, hint)]
    })
}
