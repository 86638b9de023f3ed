import { createHash } from 'node:crypto'
import { LoError } from '../../errors.js'
import type { Labels } from '../../hcloud/resources/collection.js'
import { base32 } from './openssh.js'
import { isUid } from './secrets.js'

/** The labels by which everything is found again: they are all that is remembered of a cluster. */
export const label = {
  managedBy: 'lok8s.dev/managed-by',
  cluster: 'lok8s.dev/cluster',
  uid: 'lok8s.dev/uid',
  role: 'lok8s.dev/role',
  pool: 'lok8s.dev/pool',
  index: 'lok8s.dev/index',
  /** What a server was made from; see `digestOfBody`. */
  spec: 'lok8s.dev/spec',
  /** Which key pair servers let in, see `digestOf`: on the SSH key, or on the network where that key is not ours. */
  key: 'lok8s.dev/key-id',
  /** The key by which a server proves who it is; see `labelOfKey`. */
  hostKey: 'lok8s.dev/hostkey',
  /** The one it is about to have. Until it has, it may also use the one of its first boot. */
  nextHostKey: 'lok8s.dev/hostkey-next',
  /** On the network: there has been an API server, so that nobody may begin a new cluster in its place. */
  initialized: 'lok8s.dev/initialized',
} as const

/** What every resource of a cluster has. */
export function identity(cluster: string, uid: string): Labels {
  return { [label.managedBy]: 'lo', [label.cluster]: cluster, [label.uid]: uid }
}

/** Everything that has the name of a cluster. Exactly that name: not those it is the beginning of. */
export function selectorOf(cluster: string): string {
  return `${label.cluster}=${cluster}`
}

/** The servers of one role, as a firewall and a load balancer choose them. */
export function roleSelector(cluster: string, uid: string, role?: string): string {
  const parts = [selectorOf(cluster), `${label.uid}=${uid}`, ...(role ? [`${label.role}=${role}`] : [])]
  return parts.join(',')
}

/** A short name for a value, as JSON; a difference anywhere in it gives another one. */
export function digestOfBody(body: unknown): string {
  return base32(createHash('sha256').update(JSON.stringify(body)).digest()).slice(0, 26)
}

/** A resource, and what it is called for people. */
export interface Labelled {
  id: number
  name: string
  labels: Labels
}

/**
 * The uid that all these resources have in common; undefined when there are none. Throws `CLUSTER_WRONG` when there are
 * two clusters of one name, or something has the name and no uid: nothing is touched then.
 */
export function commonUid(cluster: string, found: readonly Labelled[]): string | undefined {
  const uids = new Set(found.map(({ labels }) => labels[label.uid] ?? ''))
  if (uids.size === 0) return undefined
  const [uid] = uids
  if (uids.size === 1 && uid !== undefined && isUid(uid)) return uid
  const list = found.map(
    ({ id, name, labels }) => `${name} (${id}): ${label.uid}=${labels[label.uid] ?? 'none'}`,
  )
  throw new LoError('CLUSTER_WRONG', `This project has more than one cluster with the name ${cluster}.`, {
    detail: list.join('\n'),
    hint: 'lo touches none of them. Remove the labels of what is not yours, or choose another metadata.name.',
  })
}
