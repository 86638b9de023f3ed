import { existsSync, readFileSync } from 'node:fs'
import type https from 'node:https'
import path from 'node:path'
import { KubeConfig } from '@kubernetes/client-node'
import { parse } from 'yaml'
import { LoError, messageOf } from '../errors.js'
import { ApiError } from './api.js'

/** What a request needs to be let in, and to know that it speaks with the right server. */
export interface Credential {
  options: https.RequestOptions
  /** Counts how often it was renewed: connections of an older one belong to whom it named. */
  generation: number
  /** The agent in `options` leads through a proxy, and has to be used. */
  isProxied: boolean
}

/** The credentials of one context of one kubeconfig. */
export interface Credentials {
  server: URL
  context: string
  /** Had once, from the file or from a program that it names, and then kept. Throws an `ApiError`. */
  get: () => Promise<Credential>
  /** Has them read again, after the server has refused this one; once, however many requests it has refused. */
  renew: (refused: Credential) => void
}

/** Reads a kubeconfig. Throws `CLUSTER_UNKNOWN` when it leads nowhere. */
export function openCredentials(file: string, context: string | undefined): Credentials {
  let config = loadConfig(file, context)
  let generation = 0
  let known: Promise<Credential> | undefined
  return {
    server: new URL(config.getCurrentCluster()!.server),
    context: config.getCurrentContext(),
    get: () => {
      const asked = known ?? authenticate(config, generation)
      known = asked
      asked.catch(() => {
        if (known === asked) known = undefined
      })
      return asked
    },
    renew: refused => {
      if (refused.generation !== generation) return
      generation += 1
      known = undefined
      config = loadOptional(file, context) ?? config
    },
  }
}

function loadConfig(file: string, context: string | undefined): KubeConfig {
  if (!existsSync(file)) throw new LoError('CLUSTER_UNKNOWN', `There is no kubeconfig ${file}.`)
  const config = new KubeConfig()
  try {
    config.loadFromFile(file)
  } catch (cause) {
    throw new LoError('CLUSTER_UNKNOWN', `${file} is no kubeconfig: ${firstLine(messageOf(cause))}.`, {
      cause,
    })
  }
  if (context !== undefined) config.setCurrentContext(context)
  const cluster = config.getCurrentCluster()
  if (cluster && config.getCurrentUser() && URL.canParse(cluster.server)) {
    readTokenFile(config, file)
    prepareProgram(config, file)
    // As of `kubectl proxy`: there is nothing to verify, which the library wants to have said.
    if (new URL(cluster.server).protocol === 'http:') Object.assign(cluster, { skipTLSVerify: true })
    return config
  }
  const known = config.getContexts().map(({ name }) => name)
  const wanted = config.getCurrentContext()
  const reason = !wanted
    ? 'has no current context'
    : config.getContextObject(wanted)
      ? `has a context "${wanted}" without a cluster, a server address or a user`
      : `has no context "${wanted}"`
  throw new LoError('CLUSTER_UNKNOWN', `The kubeconfig ${file} ${reason}.`, {
    ...(known.length > 0 && { hint: `Its contexts are: ${known.join(', ')} (--context).` }),
  })
}

/** The library looks for `token-file`, which no kubeconfig has. https://kubernetes.io/docs/reference/config-api/kubeconfig.v1/#AuthInfo */
function readTokenFile(config: KubeConfig, file: string): void {
  const { users } = parse(readFileSync(file, 'utf8')) as {
    users?: { name?: string; user?: { tokenFile?: string } }[]
  }
  const user = config.getCurrentUser()!
  const tokenFile = users?.find(({ name }) => name === user.name)?.user?.tokenFile
  if (!tokenFile) return
  try {
    Object.assign(user, { token: readFileSync(path.resolve(path.dirname(file), tokenFile), 'utf8').trim() })
  } catch (cause) {
    throw new LoError('CLUSTER_UNKNOWN', `The token of the kubeconfig ${file} cannot be read.`, {
      detail: messageOf(cause),
      cause,
    })
  }
}

interface Program {
  apiVersion?: string
  command?: string
  env?: { name: string; value: string }[]
}

/**
 * What a program that gives out credentials may count on, and the library leaves out: it is found from where the
 * kubeconfig is, and is told in which version to answer, and that nobody is there to be asked.
 * https://kubernetes.io/docs/reference/access-authn-authz/authentication/#client-go-credential-plugins
 */
function prepareProgram(config: KubeConfig, file: string): void {
  const program = config.getCurrentUser()?.exec as Program | null | undefined
  if (!program?.command) return
  if (program.command.includes('/')) program.command = path.resolve(path.dirname(file), program.command)
  const { apiVersion, env } = program
  const told = JSON.stringify({ apiVersion, kind: 'ExecCredential', spec: { interactive: false } })
  program.env = [{ name: 'KUBERNETES_EXEC_INFO', value: told }, ...(env ?? [])]
}

/** Undefined while the file is being written, or is gone: what is known already has to do. */
function loadOptional(file: string, context: string | undefined): KubeConfig | undefined {
  try {
    return loadConfig(file, context)
  } catch (error) {
    if (error instanceof LoError) return undefined
    throw error
  }
}

async function authenticate(config: KubeConfig, generation: number): Promise<Credential> {
  const options: https.RequestOptions = {}
  try {
    await config.applyToHTTPSOptions(options)
  } catch (cause) {
    throw new ApiError(`the kubeconfig's credentials cannot be had: ${firstLine(messageOf(cause))}`, {
      status: 401,
      reason: 'Unauthorized',
      cause,
    })
  }
  return { options, generation, isProxied: config.getCurrentCluster()?.proxyUrl !== undefined }
}

const firstLine = (text: string) => text.trim().split('\n', 1)[0]!.replace(/\.$/, '')
