import type { Action } from '../actions.js'
import type { Api } from '../api.js'
import { actionsOf } from './change.js'
import { collectionOf, type Kind, type Resource } from './collection.js'
import { type Creatable, createOnce, type Named } from './create.js'

type ServerStatus =
  | 'running'
  | 'initializing'
  | 'starting'
  | 'stopping'
  | 'off'
  | 'deleting'
  | 'migrating'
  | 'rebuilding'
  | 'unknown'

/** https://docs.hetzner.cloud/reference/cloud#tag/servers; only what `lo` uses. */
export interface Server extends Resource {
  status: ServerStatus
  created: string
  public_net: {
    ipv4: { id?: number; ip: string } | null
    ipv6: { id?: number; ip: string } | null
    firewalls?: { id?: number; status?: 'applied' | 'pending' }[]
  }
  private_net: { network?: number; ip?: string; mac_address?: string }[]
  server_type: { name: string; architecture: 'x86' | 'arm' }
  location: { name: string; network_zone: string }
  image: { name: string | null } | null
  placement_group?: { id: number; name: string } | null
  volumes?: number[]
  locked: boolean
  rescue_enabled: boolean
  protection: { delete: boolean; rebuild: boolean }
}

export interface ServerWanted extends Named {
  server_type: string
  location: string
  image: string
  ssh_keys: string[]
  networks: number[]
  firewalls: { firewall: number }[]
  placement_group?: number
  /** At most 32 KiB. Anybody on the server, and whoever holds a token of the project, can read it. */
  user_data: string
  start_after_create: boolean
  public_net: { enable_ipv4: boolean; enable_ipv6: boolean }
}

type ServerId = Pick<Server, 'id' | 'name'>

/** Each of these answers with the actions to wait for. */
export interface Servers extends Creatable<Server, ServerWanted> {
  powerOn: (server: ServerId) => Promise<Action[]>
  /** Cuts the power. A shutdown would only ask the system, and nobody would know whether it has heard. */
  powerOff: (server: ServerId) => Promise<Action[]>
  /** Cuts the power and starts again. */
  reset: (server: ServerId) => Promise<Action[]>
  attachToNetwork: (server: ServerId, network: number) => Promise<Action[]>
}

const kind: Kind = { many: 'servers', one: 'server', noun: 'server' }

export function openServers(api: Api): Servers {
  const act = actionsOf(api, kind)
  return {
    ...collectionOf<Server>(api, kind),
    create: wanted => createOnce<Server>(api, kind, wanted),
    powerOn: server => act(server, 'poweron'),
    powerOff: server => act(server, 'poweroff'),
    reset: server => act(server, 'reset'),
    attachToNetwork: (server, network) => act(server, 'attach_to_network', { network }),
  }
}
