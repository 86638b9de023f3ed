import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { parse } from 'yaml'
import type { Context } from '../context.js'
import { LoError } from '../errors.js'
import { showName } from './name.js'
import { suggest } from './nearest.js'
import type { Project } from './root.js'
import type { Cluster } from './spec/load.js'
import { specVariables } from './spec-variables.js'

/** Which kubeconfig, and which context in it, when not those of the domain's own cluster. */
export interface ClusterFlags {
  kubeconfig?: string
  context?: string
}

/**
 * The values that targets may refer to: what the spec says of the cluster, the address of its API server when there
 * is a kubeconfig, and the environment, which wins.
 */
export function loadVariables(
  project: Project,
  cluster: Cluster,
  flags: ClusterFlags,
  { cwd, env, output }: Pick<Context, 'cwd' | 'env' | 'output'>,
): Record<string, string | undefined> {
  const file = flags.kubeconfig
    ? namedFile(path.resolve(cwd, flags.kubeconfig))
    : kubeconfigFile(project, cluster)
  const warn = (message: string) => output.event({ type: 'warning', file, message })
  return {
    ...specVariables(cluster.spec),
    ...loadApiAddress(file, flags.context, warn),
    ...env,
  }
}

/** A file that the user names must be there; the domain's own comes with its cluster. */
function namedFile(file: string): string {
  if (existsSync(file)) return file
  throw new LoError('USAGE', `There is no kubeconfig ${file} (--kubeconfig).`)
}

/** The kubeconfig of a cluster: the older name is still found first. The file need not exist. */
export function kubeconfigFile(project: Project, { domain, spec }: Cluster): string {
  const folder = path.join(project.root, '.kubeconfig')
  const older = path.join(folder, `secret.${domain.name}.yaml`)
  return existsSync(older) ? older : path.join(folder, `${spec.metadata.name}.yaml`)
}

function loadApiAddress(
  file: string,
  context: string | undefined,
  warn: (message: string) => void,
): Record<string, string> {
  if (!existsSync(file)) return {}
  try {
    const config = parse(readFileSync(file, 'utf8'), { logLevel: 'error' }) as Kubeconfig
    const server = findCluster(config, context)?.cluster?.server ?? ''
    // Of https a URL forgets the port 443, even where it is written out; of an unknown scheme it keeps every port.
    const { hostname, port } = new URL(server.replace(/^https?:/, 'kubernetes:'))
    if (hostname === '') throw new TypeError('an address without a host')
    return {
      LOK8S_USER_API_HOST: hostname.replace(/^\[|\]$/g, ''),
      LOK8S_USER_API_PORT: port || '6443',
    }
  } catch (error) {
    if (error instanceof LoError) throw error
    warn(
      'no API server can be read from this kubeconfig, so LOK8S_USER_API_HOST and LOK8S_USER_API_PORT are not set',
    )
    return {}
  }
}

function findCluster({ clusters, contexts }: Kubeconfig, context: string | undefined) {
  if (context === undefined) return clusters?.[0]
  const found = contexts?.find(entry => entry.name === context)
  if (!found) throw unknownContext(context, contexts?.map(entry => String(entry.name)) ?? [])
  const name = found.context?.cluster
  return clusters?.find(entry => name !== undefined && entry.name === name)
}

function unknownContext(context: string, known: string[]): LoError {
  const hint = suggest(context, known)
  return new LoError('USAGE', `The kubeconfig has no context ${showName(context)} (--context).`, {
    ...(hint && { hint }),
  })
}

interface Kubeconfig {
  clusters?: { name?: string; cluster?: { server?: string } }[]
  contexts?: { name?: string; context?: { cluster?: string } }[]
}
