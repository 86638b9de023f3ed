import path from 'node:path'
import type { Context } from '../context.js'
import { isFolder, type Project } from './root.js'
import type { LoadedDomain } from './spec/load.js'
import { type ClusterFlags, loadVariables } from './variables.js'

/** What the command line asks for; what it leaves open the spec decides. */
export interface BuildFlags extends ClusterFlags {
  split?: boolean
  enableExec?: boolean
}

/** How the targets of a domain are built, and with which environment. */
export interface BuildSettings {
  layout: 'single' | 'split'
  enableExec: boolean
  isSecretRefused: boolean
  variables: Record<string, string | undefined>
  env: Record<string, string>
}

export function planBuild(
  project: Project,
  { domain, spec, cluster }: LoadedDomain,
  flags: BuildFlags,
  ctx: Pick<Context, 'cwd' | 'env' | 'output'>,
): BuildSettings {
  const { build } = spec.spec
  const isSplit = flags.split ?? build?.artifacts === 'split'
  return {
    layout: isSplit ? 'split' : 'single',
    enableExec: flags.enableExec ?? build?.enableExec ?? false,
    isSecretRefused: build?.encrypt !== undefined,
    variables: loadVariables(project, cluster, flags, ctx),
    env: pluginEnvironment(project, domain.folder, ctx.env),
  }
}

/** Where kustomize finds plugins, and plugins find secrets: in the project and in the domain, when those have them. */
export function pluginEnvironment(
  project: Project,
  domainFolder: string,
  env: Context['env'],
): Record<string, string> {
  const plugins = path.join(project.root, '.kustomize')
  const secrets = path.join(domainFolder, 'secrets')
  return {
    ...(!env.KUSTOMIZE_PLUGIN_HOME && isFolder(plugins) && { KUSTOMIZE_PLUGIN_HOME: plugins }),
    ...(isFolder(secrets) && { PATH_SECRETS: secrets }),
  }
}
