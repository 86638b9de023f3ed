import type { Action } from '../actions.js'
import type { Api } from '../api.js'
import { actionsOf } from './change.js'
import { collectionOf, type Kind, type Resource } from './collection.js'
import { type Creatable, createOnce, type Named } from './create.js'

export interface Subnet {
  type: 'cloud' | 'server' | 'vswitch'
  ip_range?: string
  network_zone: string
}

/** https://docs.hetzner.cloud/reference/cloud#tag/networks; only what `lo` uses. Their names need not be unique. */
export interface Network extends Resource {
  ip_range: string
  subnets: Subnet[]
  servers: number[]
  load_balancers?: number[]
  protection: { delete: boolean }
}

export interface NetworkWanted extends Named {
  ip_range: string
  subnets: { type: 'cloud'; ip_range: string; network_zone: string }[]
}

export interface Networks extends Creatable<Network, NetworkWanted> {
  addSubnet: (
    network: Pick<Network, 'id' | 'name'>,
    subnet: NetworkWanted['subnets'][number],
  ) => Promise<Action[]>
}

const kind: Kind = { many: 'networks', one: 'network', noun: 'network' }

export function openNetworks(api: Api): Networks {
  const act = actionsOf(api, kind)
  return {
    ...collectionOf<Network>(api, kind),
    create: wanted => createOnce<Network>(api, kind, wanted),
    addSubnet: (network, subnet) => act(network, 'add_subnet', subnet),
  }
}
