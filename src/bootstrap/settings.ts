import type { Renderer } from '../build/render.js'
import type { Context } from '../context.js'
import type { Project } from '../project/root.js'
import { pluginEnvironment } from '../project/settings.js'
import type { Cluster } from '../project/spec/load.js'
import { loadVariables } from '../project/variables.js'
import type { RenderSettings } from './addon/render-addon.js'
import { builtInFolder } from './built-in.js'

const usualParallel = 8

/** How many addons are applied at the same time: `LOK8S_BOOTSTRAP_PARALLEL`, if that is a number of at least one. */
export function parallelOf({ LOK8S_BOOTSTRAP_PARALLEL: wanted = '' }: Context['env']): number {
  return /^\d+$/.test(wanted) && Number(wanted) >= 1 ? Number(wanted) : usualParallel
}

export interface SettingsRequest {
  project: Project
  cluster: Cluster
  renderer: Renderer
  /** Undefined while there is no cluster yet. */
  kubeconfig: string | undefined
  context?: string | undefined
  /** What the driver exports. */
  exported: Record<string, string>
}

/** How the addons of a cluster are rendered. The user's environment wins over what the driver and the spec say. */
export function renderSettings(
  { project, cluster, renderer, kubeconfig, context, exported }: SettingsRequest,
  ctx: Pick<Context, 'cwd' | 'env' | 'output'>,
): RenderSettings {
  const { spec, domain } = cluster
  const flags = { ...(kubeconfig !== undefined && { kubeconfig }), ...(context !== undefined && { context }) }
  const variables = { ...exported, ...loadVariables(project, cluster, flags, ctx) }
  const { kubernetes, provider } = spec.spec
  return {
    root: project.root,
    builtIn: builtInFolder(),
    driver: spec.kind.toLowerCase(),
    provider: provider?.name,
    kubeVersion: kubernetes?.version,
    renderer,
    variables,
    env: { ...pluginEnvironment(project, domain.folder, ctx.env), ...exported, ...ownVariables(variables) },
  }
}

/** Plugins get by their environment what manifests get by substitution. */
function ownVariables(variables: Record<string, string | undefined>): Record<string, string> {
  const isOurs = ([name, value]: [string, string | undefined]) =>
    /^LOK8S_(USER|SPEC)_/.test(name) && value !== undefined
  return Object.fromEntries(Object.entries(variables).filter(isOurs)) as Record<string, string>
}
