import type { Server } from '../../hcloud/resources/servers.js'
import { serverLabels } from './bodies.js'
import type { Slot } from './slots.js'
import type { Wanted } from './wanted.js'

/** What a server that is there lacks, in the order in which it can be given. */
export type ServerRepair = 'attach to network' | 'power on' | 'set labels'

/** One place of the cluster, and what becomes of it. */
export interface ServerPlan {
  slot: Slot
  /** Undefined: a server has to be made. */
  found: Server | undefined
  repairs: ServerRepair[]
  /** What differs from the spec and stays as it is: only a new server could have it. */
  differences: string[]
}

/** Goes by names: each place has its own, and the API has each once. `network` is the cluster's, when there is one. */
export function planServers(
  slots: readonly Slot[],
  wanted: Wanted,
  uid: string,
  servers: readonly Server[],
  network: number | undefined,
): ServerPlan[] {
  return slots.map(slot => {
    const found = servers.find(({ name }) => name === slot.name)
    if (!found) return { slot, found, repairs: [], differences: [] }
    return {
      slot,
      found,
      repairs: repairsOf(found, slot, wanted, uid, network),
      differences: differencesOf(found, slot, wanted),
    }
  })
}

function repairsOf(
  server: Server,
  slot: Slot,
  { cluster }: Wanted,
  uid: string,
  network: number | undefined,
): ServerRepair[] {
  const isAttached = server.private_net.some(one => one.network === network)
  const labels = Object.entries(serverLabels(cluster, uid, slot))
  return [
    ...(isAttached ? [] : (['attach to network'] as const)),
    ...(server.status === 'off' ? (['power on'] as const) : []),
    ...(labels.every(([key, value]) => server.labels[key] === value) ? [] : (['set labels'] as const)),
  ]
}

function differencesOf({ server_type, location, image }: Server, { pool }: Slot, wanted: Wanted): string[] {
  return [
    ...(pool.types.includes(server_type.name)
      ? []
      : [`its type is ${server_type.name}, not ${pool.types.join(' or ')}`]),
    ...(wanted.locations.includes(location.name)
      ? []
      : [`it is in ${location.name}, not in ${wanted.locations.join(' or ')}`]),
    ...(image?.name && image.name !== wanted.image
      ? [`its image is ${image.name}, not ${wanted.image}`]
      : []),
  ]
}
