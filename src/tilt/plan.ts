import { existsSync } from 'node:fs'
import path from 'node:path'
import type { Context } from '../context.js'
import type { DriverCluster } from '../drivers/driver.js'
import { LoError } from '../errors.js'
import { cacheFolder } from '../project/cache-folder.js'
import { cksum } from './cksum.js'

/** Tilt for one domain of one project. */
export interface Tilt {
  program: string
  port: number
  root: string
  /** What it finds in its environment. */
  env: Record<string, string>
  /** Where it is remembered while it runs in the background, and what it says then. */
  record: string
  log: string
}

/** How Tilt is started for a project with a Tiltfile; undefined without one. Throws `TOOL_MISSING` without Tilt. */
export function planTilt(
  cluster: DriverCluster,
  { env, find }: Pick<Context, 'env' | 'find'>,
): Tilt | undefined {
  if (!existsSync(path.join(cluster.root, 'Tiltfile'))) return undefined
  const program = find('tilt')
  if (program === undefined) {
    throw new LoError('TOOL_MISSING', 'The project has a Tiltfile, and there is no tilt on PATH.', {
      hint: 'See https://docs.tilt.dev/install.html.',
    })
  }
  const port = portOf(cluster, env)
  return {
    program,
    port,
    root: cluster.root,
    env: {
      KUBECONFIG: cluster.kubeconfig,
      PATH_BASE: cluster.root,
      DOMAIN_NAME: cluster.domain,
      TILT_PORT: String(port),
    },
    ...placeOfTilt(cluster, env),
  }
}

const longestDomain = 40

/** Where the Tilt of a domain is remembered. */
export function placeOfTilt(
  { domain, root }: Pick<DriverCluster, 'domain' | 'root'>,
  env: Context['env'],
): Pick<Tilt, 'record' | 'log'> {
  const name = `${domain.slice(0, longestDomain)}-${cksum(`${root}\0${domain}`)}`
  const folder = path.join(cacheFolder(env), 'tilt', name)
  return { record: path.join(folder, 'process'), log: path.join(folder, 'log') }
}

const firstPort = 10_351
const manyPorts = 149

/** `TILT_PORT`, else `spec.tilt.port`, else one that a domain always gets, and others seldom. */
function portOf({ domain, spec }: DriverCluster, env: Context['env']): number {
  const wanted = env.TILT_PORT
  if (!wanted) return spec.spec.tilt?.port ?? (cksum(domain) % manyPorts) + firstPort
  if (/^\d{1,5}$/.test(wanted) && Number(wanted) > 0 && Number(wanted) < 65_536) return Number(wanted)
  throw new LoError('USAGE', `TILT_PORT is a port such as 10350, not "${wanted}".`)
}
