import { groupNumber, placementGroupName, serverName } from './names.js'
import type { Pool, Wanted } from './wanted.js'

/** The place of one server in the cluster, whether or not there is a server for it. */
export interface Slot {
  name: string
  pool: Pool
  /** Counts from 1. */
  index: number
  /** The name of its placement group. */
  group: string
}

/** All places, control planes first. */
export function slotsOf({ cluster, controlPlane, workers }: Wanted): Slot[] {
  return [controlPlane, ...workers].flatMap(pool =>
    Array.from({ length: pool.replicas }, (_, position) => {
      const index = position + 1
      return {
        name: serverName(cluster, pool.name, index),
        pool,
        index,
        group: placementGroupName(cluster, pool.name, groupNumber(index)),
      }
    }),
  )
}
