import { createHash } from 'node:crypto'
import path from 'node:path'
import type { Context } from '../../context.js'
import { cacheFolder } from '../../project/cache-folder.js'
import type { DriverCluster } from '../driver.js'

/** Where a rehearsal keeps what it needs, all of it below `folder`. Absolute paths. */
export interface Place {
  folder: string
  state: string
  pki: string
  data: string
  logs: string
  /** One record for each process that was started, written by the process itself. */
  processes: string
  kubeconfig: (user: string) => string
}

const longestDomain = 40

/** One folder for each domain of each project: it stays the same when the spec gives the cluster another name. */
export function placeOf(
  { domain, root }: Pick<DriverCluster, 'domain' | 'root'>,
  env: Context['env'],
): Place {
  const hash = createHash('sha256').update(`${root}\0${domain}`).digest('hex').slice(0, 10)
  const folder = path.join(cacheFolder(env), 'rehearsal', `${domain.slice(0, longestDomain)}-${hash}`)
  return {
    folder,
    state: path.join(folder, 'state.json'),
    pki: path.join(folder, 'pki'),
    data: path.join(folder, 'etcd'),
    logs: path.join(folder, 'logs'),
    processes: path.join(folder, 'processes'),
    kubeconfig: user => path.join(folder, `${user}.kubeconfig`),
  }
}
