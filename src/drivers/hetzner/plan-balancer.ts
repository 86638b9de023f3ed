import type { LoadBalancer } from '../../hcloud/resources/load-balancers.js'
import { apiService, isApiOpen } from './bodies.js'
import { roleSelector } from './labels.js'
import type { Wanted } from './wanted.js'

/** What a load balancer lacks, in the order in which it can be given. */
export type BalancerRepair =
  | 'attach to network'
  | 'add service'
  | 'update service'
  | 'add target'
  | 'open to the internet'
  | 'close to the internet'

/** `network` is the one it should be in, when there is one already. */
export function planBalancer(
  balancer: LoadBalancer,
  wanted: Wanted,
  uid: string,
  network: number | undefined,
): BalancerRepair[] {
  const service = balancer.services.find(({ listen_port }) => listen_port === apiService.listen_port)
  const selector = roleSelector(wanted.cluster, uid, 'control-plane')
  const isAttached = balancer.private_net.some(one => one.network === network)
  const hasTarget = balancer.targets.some(target => target.label_selector?.selector === selector)
  const isOpen = isApiOpen(wanted)
  const access: BalancerRepair[] =
    balancer.public_net.enabled === isOpen ? [] : [isOpen ? 'open to the internet' : 'close to the internet']
  return [
    ...(isAttached ? [] : (['attach to network'] as const)),
    ...(service ? [] : (['add service'] as const)),
    ...(service && !isAsWanted(service) ? (['update service'] as const) : []),
    ...(hasTarget ? [] : (['add target'] as const)),
    ...access,
  ]
}

function isAsWanted(service: LoadBalancer['services'][number]): boolean {
  const { health_check: check, ...rest } = apiService
  const has = (value: object, wanted: object) =>
    Object.entries(wanted).every(([key, one]) => (value as Record<string, unknown>)[key] === one)
  return has(service, rest) && has(service.health_check, check)
}
