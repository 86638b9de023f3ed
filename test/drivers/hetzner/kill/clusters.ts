import { controlPlane, workers } from '../clusters.js'
import { addServices } from '../from-inside.js'
import { removeServer } from '../prod.js'
import type { Wanted, World } from './world.js'

export const threeAndTwo: Wanted = { config: { ...controlPlane(3), ...workers(['default', 2]) } }
export const one: Wanted = { config: { ...controlPlane(1), ...workers(['default', 1]) } }
export const grown: Wanted = { config: { ...controlPlane(3), ...workers(['default', 2], ['big', 1]) } }
export const shrunk: Wanted = { config: { ...controlPlane(3), ...workers(['default', 1]) }, shrink: true }
export const upgraded: Wanted = { ...threeAndTwo, version: 'v1.34.1' }
export const withVolumes: Wanted = { ...threeAndTwo, volumes: true }

/** A cluster that was provisioned and bootstrapped. */
export const standing =
  (wanted: Wanted) =>
  async (world: World): Promise<void> => {
    const { error } = await world.run(wanted, driver => driver.provision())
    if (error) throw error
    world.machines.bootstrap()
    await world.world.sleep(60_000)
  }

/** The same, one control plane of which was deleted by hand. */
export async function bereft(world: World): Promise<void> {
  await standing(threeAndTwo)(world)
  await removeServer(world, 'prod-cp-2')
}

/** The same with what was made from its inside: a load balancer of a service, and volumes. */
export async function inUse(world: World): Promise<void> {
  await standing(threeAndTwo)(world)
  await addServices(world)
}
