import type { Action } from '../actions.js'
import type { Api } from '../api.js'
import { actionsOf } from './change.js'
import { type Collection, collectionOf, type Kind, type Resource } from './collection.js'

/** https://docs.hetzner.cloud/reference/cloud#tag/primary-ips. Each server brings its own; `lo` makes none. */
export interface PrimaryIp extends Resource {
  type: 'ipv4' | 'ipv6'
  ip: string
  assignee_id: number | null
  /** It goes with its server. */
  auto_delete: boolean
  protection: { delete: boolean }
}

export interface PrimaryIps extends Collection<PrimaryIp> {
  /** Only while its server is off. */
  unassign: (ip: Pick<PrimaryIp, 'id' | 'name'>) => Promise<Action[]>
}

const kind: Kind = { many: 'primary_ips', one: 'primary_ip', noun: 'primary IP' }

export function openPrimaryIps(api: Api): PrimaryIps {
  const act = actionsOf(api, kind)
  return { ...collectionOf<PrimaryIp>(api, kind), unassign: ip => act(ip, 'unassign') }
}
