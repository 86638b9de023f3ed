import type { Kind } from '../resources.js'
import type { Routes } from '../route.js'
import type { Item } from '../state.js'
import type { World } from '../world.js'
import { actionRoutes } from './actions.js'
import { catalogueRoutes } from './catalogue.js'
import { firewallKind, firewallRoutes } from './firewalls.js'
import { loadBalancerActionRoutes } from './load-balancer-actions.js'
import { loadBalancerKind, loadBalancerRoutes } from './load-balancers.js'
import { networkKind, networkRoutes } from './networks.js'
import { placementGroupKind, placementGroupRoutes } from './placement-groups.js'
import { primaryIpKind, primaryIpRoutes } from './primary-ips.js'
import { serverActionRoutes } from './server-actions.js'
import { serverKind, serverRoutes } from './servers.js'
import { sshKeyKind, sshKeyRoutes } from './ssh-keys.js'
import { volumeKind, volumeRoutes } from './volumes.js'

/** All that is simulated of the API. */
export const routes: Routes = {
  ...actionRoutes,
  ...catalogueRoutes,
  ...firewallRoutes,
  ...loadBalancerRoutes,
  ...loadBalancerActionRoutes,
  ...networkRoutes,
  ...placementGroupRoutes,
  ...primaryIpRoutes,
  ...serverRoutes,
  ...serverActionRoutes,
  ...sshKeyRoutes,
  ...volumeRoutes,
}

const show = <One extends Item>({ many, itemsOf, render }: Kind<One>, world: World) => ({
  [many]: [...itemsOf(world.state).values()].map(item => render(item, world)),
})

/** Every resource of the project, as its list would show it. */
export function everything(world: World): Record<string, Record<string, unknown>[]> {
  return {
    ...show(serverKind, world),
    ...show(networkKind, world),
    ...show(firewallKind, world),
    ...show(loadBalancerKind, world),
    ...show(placementGroupKind, world),
    ...show(sshKeyKind, world),
    ...show(volumeKind, world),
    ...show(primaryIpKind, world),
  }
}
