import path from 'node:path'
import type { Context } from '../context.js'
import { LoError } from '../errors.js'
import { parseDuration } from './duration.js'
import type { Project } from './root.js'
import type { DeploySpec } from './spec/deploy.js'
import type { LoadedDomain } from './spec/load.js'
import { type ClusterFlags, kubeconfigFile } from './variables.js'

/** What the command line asks for; what it leaves open the spec decides. */
export interface DeployFlags extends ClusterFlags {
  wait?: string
  timeout?: string
  filter?: string
}

export interface DeploySettings {
  /** Of the project, and of the domain in it. */
  root: string
  folder: string
  domain: string
  /** The domain whose cluster it is; another one for a deployment domain. */
  clusterDomain: string
  wait: 'all' | 'target' | 'none'
  /** Milliseconds. */
  timeout: number
  /** The label and the value that objects must have. */
  filter?: { label: string; value: string }
  /** The file that leads to the cluster, and the context in it when not the current one. */
  kubeconfig: string
  context?: string
  /** Where objects land that name no namespace. */
  namespace: string
  /** The namespace is made when it is not there: only a deployment domain asks for one. */
  createsNamespace: boolean
}

const waits = ['all', 'target', 'none'] as const
const defaultTimeout = '120s'

export function planDeploy(
  project: Project,
  { domain, spec, cluster }: LoadedDomain,
  flags: DeployFlags,
  { cwd }: Pick<Context, 'cwd'>,
): DeploySettings {
  const { deploy } = spec.spec
  const wait = waits.find(wait => wait === (flags.wait ?? deploy?.wait ?? 'all'))
  if (!wait) throw new LoError('USAGE', `--wait is one of ${waits.join(', ')}, not "${flags.wait}".`)
  const namespace = domain.type === 'deployment' ? (spec as DeploySpec).spec.namespace : undefined
  return {
    root: project.root,
    folder: domain.folder,
    domain: domain.name,
    clusterDomain: cluster.domain.name,
    wait,
    timeout: readTimeout(flags.timeout ?? deploy?.timeout ?? defaultTimeout),
    ...(flags.filter !== undefined && { filter: parseFilter(flags.filter) }),
    kubeconfig: flags.kubeconfig ? path.resolve(cwd, flags.kubeconfig) : kubeconfigFile(project, cluster),
    ...(flags.context !== undefined && { context: flags.context }),
    namespace: namespace ?? 'default',
    createsNamespace: namespace !== undefined,
  }
}

function readTimeout(text: string): number {
  const milliseconds = parseDuration(text)
  if (milliseconds !== undefined) return milliseconds
  throw new LoError('USAGE', `--timeout is a duration such as 120s or 2m, not "${text}".`)
}

/** `key=value`, cut at the first `=`, for the label `lok8s.dev/<key>`. */
function parseFilter(text: string): { label: string; value: string } {
  const [, key, value] = /^([a-zA-Z0-9._/-]+)=([a-zA-Z0-9._-]+)$/.exec(text) ?? []
  if (key && value) return { label: `lok8s.dev/${key}`, value }
  throw new LoError('USAGE', `--filter is <key>=<value> of a label lok8s.dev/<key>, not "${text}".`, {
    hint: 'Keys have letters, digits and . _ / -, values the same without the slash.',
  })
}
