import { controlPlane, workers } from '../clusters.js'
import type { Wanted, World } from './world.js'

export const threeAndTwo: Wanted = { config: { ...controlPlane(3), ...workers(['default', 2]) } }
export const one: Wanted = { config: { ...controlPlane(1), ...workers(['default', 1]) } }
export const grown: Wanted = { config: { ...controlPlane(3), ...workers(['default', 2], ['big', 1]) } }
export const shrunk: Wanted = { config: { ...controlPlane(3), ...workers(['default', 1]) }, shrink: true }
export const upgraded: Wanted = { ...threeAndTwo, version: 'v1.34.1' }

/** A cluster that was provisioned and bootstrapped. */
export const standing =
  (wanted: Wanted) =>
  async (world: World): Promise<void> => {
    const { error } = await world.run(wanted, driver => driver.provision())
    if (error) throw error
    world.machines.bootstrap()
    await world.pass(60_000)
  }

/** The same, one control plane of which was deleted by hand. */
export async function bereft(world: World): Promise<void> {
  await standing(threeAndTwo)(world)
  const [server] = await world.hcloud.servers.list({ name: 'prod-cp-2' })
  await world.hcloud.wait('prod-cp-2', await world.hcloud.servers.remove(server!), 60_000)
}

/** The same with what was made from its inside: a load balancer of a service, and a volume. */
export async function inUse(world: World): Promise<void> {
  await standing(threeAndTwo)(world)
  const { hcloud } = world
  const [server] = await hcloud.servers.list({ name: 'prod-default-1' })
  const { item, actions } = await hcloud.loadBalancers.create({
    name: 'a-service',
    load_balancer_type: 'lb11',
    location: 'fsn1',
    network: server!.private_net[0]!.network!,
    algorithm: { type: 'round_robin' },
    public_interface: true,
    services: [],
    targets: [],
    labels: { 'hcloud-ccm/service-uid': '8d0f' },
  } as never)
  await hcloud.wait(item.name, actions, 60_000)
}
