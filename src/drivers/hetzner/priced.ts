import type { LoadBalancer } from '../../hcloud/resources/load-balancers.js'
import type { Server } from '../../hcloud/resources/servers.js'
import type { Volume } from '../../hcloud/resources/volumes.js'
import type { Belongings } from './belongings.js'
import type { Priced } from './cost.js'
import type { DescribeOptions } from './describe-plan.js'
import { balancerType, type Candidate } from './offers.js'
import type { Plan } from './plan.js'

/** What of a cluster is paid for, with what was made from its inside. */
export interface Paid {
  servers: readonly Server[]
  loadBalancers: readonly LoadBalancer[]
  volumes: readonly Volume[]
}

/** What is there already. */
export function pricedFound({ servers, loadBalancers, volumes }: Paid): Priced[] {
  return [
    ...servers.map(
      ({ server_type, location, public_net }): Priced => ({
        what: 'server',
        type: server_type.name,
        location: location.name,
        hasIpv4: public_net.ipv4 !== null,
      }),
    ),
    ...loadBalancers.map(
      ({ load_balancer_type, location }): Priced => ({
        what: 'load balancer',
        type: load_balancer_type.name,
        location: location.name,
      }),
    ),
    ...volumes.map(({ size }): Priced => ({ what: 'volume', gigabytes: size })),
  ]
}

/** What is paid for before a plan is carried out, and after it. */
export function pricedBy(
  plan: Plan,
  paid: Paid,
  { choose, prunes }: Pick<DescribeOptions, 'choose' | 'prunes'>,
): { before: Priced[]; after: Priced[] } {
  const { surplus } = plan
  const servers = plan.servers.filter(({ found }) => !found).map(({ slot }) => pricedCandidate(choose(slot)))
  const location = plan.servers[0] && choose(plan.servers[0].slot).location
  const balancers: Priced[] =
    plan.balancer && !plan.balancer.found && location
      ? [{ what: 'load balancer', type: balancerType, location }]
      : []
  const stays = {
    ...paid,
    servers: prunes ? without(paid.servers, surplus.servers) : paid.servers,
    loadBalancers: prunes ? without(paid.loadBalancers, surplus.loadBalancers) : paid.loadBalancers,
  }
  return { before: pricedFound(paid), after: [...pricedFound(stays), ...servers, ...balancers] }
}

function without<Item extends { id: number }>(items: readonly Item[], gone: readonly Item[]): Item[] {
  return items.filter(({ id }) => !gone.some(one => one.id === id))
}

function pricedCandidate({ type, location }: Candidate): Priced {
  return { what: 'server', type: type.name, location, hasIpv4: true }
}

/** What a destroy ends the cost of, and what goes on to cost. */
export function pricedBelongings(
  { found, services, volumes }: Pick<Belongings, 'found' | 'services' | 'volumes'>,
  takesVolumes: boolean,
): { ending: Priced[]; kept: Priced[] } {
  const loadBalancers = [...found.loadBalancers, ...services]
  const machines = pricedFound({ servers: found.servers, loadBalancers, volumes: [] })
  const disks = pricedFound({ servers: [], loadBalancers: [], volumes })
  return takesVolumes ? { ending: [...machines, ...disks], kept: [] } : { ending: machines, kept: disks }
}
