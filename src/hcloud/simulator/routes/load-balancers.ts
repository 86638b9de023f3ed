import { isBusy, renderAction } from '../actions.js'
import { privateAddress, publicAddress } from '../addresses.js'
import { type Body, checkBody } from '../body.js'
import { locations } from '../catalogue.js'
import { invalid, isProtected, locked, Refusal } from '../refusal.js'
import { commonRoutes, find, type Kind, newItem } from '../resources.js'
import type { Routes } from '../route.js'
import { loadBalancerTypeOf, locationOf, showLoadBalancerType } from '../shown.js'
import type { LoadBalancerItem } from '../state.js'
import { dateOf, type World } from '../world.js'
import { readService, readTarget, showTarget } from './load-balancer-parts.js'
import { networkKind } from './networks.js'

export const loadBalancerKind: Kind<LoadBalancerItem> = {
  many: 'load_balancers',
  one: 'load_balancer',
  noun: 'load balancer',
  itemsOf: state => state.loadBalancers,
  name: /^\S(.{0,126}\S)?$/,
  isNameUnique: true,
  render: (balancer, world) => ({
    id: balancer.id,
    name: balancer.name,
    public_net: {
      enabled: balancer.isPublic,
      ipv4: { ip: balancer.address, dns_ptr: null },
      ipv6: { ip: `2001:db8:ffff:${balancer.id.toString(16)}::1`, dns_ptr: null },
    },
    private_net: balancer.network ? [balancer.network] : [],
    location: locationOf(balancer.location),
    load_balancer_type: showLoadBalancerType(loadBalancerTypeOf(balancer.type)),
    protection: { delete: balancer.isProtected },
    labels: balancer.labels,
    created: dateOf(balancer.created),
    services: balancer.services,
    targets: balancer.targets.map(target => showTarget(target, balancer, world)),
    algorithm: { type: balancer.algorithm },
    outgoing_traffic: null,
    ingoing_traffic: null,
    included_traffic: 21_990_232_555_520,
  }),
}

export const loadBalancerRoutes: Routes = {
  ...commonRoutes(loadBalancerKind),
  'POST /load_balancers': ({ body }, world) => {
    const checked = checkBody(body, {
      name: 'text!',
      load_balancer_type: 'text!',
      algorithm: 'object',
      services: 'objects',
      targets: 'objects',
      labels: 'object',
      public_interface: 'flag',
      network: 'number',
      network_zone: 'text',
      location: 'text',
    })
    const balancer = newBalancer(checked, world)
    world.state.loadBalancers.set(balancer.id, balancer)
    const action = world.act({
      command: 'create_load_balancer',
      resources: [{ id: balancer.id, type: 'load_balancer' }],
    })
    return {
      status: 201,
      body: {
        load_balancer: loadBalancerKind.render(balancer, world),
        action: renderAction(action, world.now()),
      },
    }
  },
  'DELETE /load_balancers/{id}': ({ id }, world) => {
    const balancer = find(loadBalancerKind, id, world)
    if (balancer.isProtected) throw isProtected('load balancer')
    if (isBusy(world.state, 'load_balancer', id)) throw locked('load balancer')
    world.state.loadBalancers.delete(id)
    return { status: 204 }
  },
}

function newBalancer(body: Body, world: World): LoadBalancerItem {
  const { state, settings } = world
  if (state.loadBalancers.size >= settings.limits.load_balancers) {
    throw new Refusal(403, 'resource_limit_exceeded', 'load balancer limit exceeded', {
      limits: [{ name: 'load_balancer_limit' }],
    })
  }
  if ((body.location === undefined) === (body.network_zone === undefined)) {
    throw invalid('location', 'either location or network_zone is required')
  }
  const zone = locations.find(({ network_zone }) => network_zone === body.network_zone)
  const location = locationOf(body.location ?? zone?.name)
  const type = loadBalancerTypeOf(body.load_balancer_type)
  const balancer: LoadBalancerItem = {
    ...newItem(loadBalancerKind, body, world),
    type: type.name,
    location: location.name,
    algorithm: ((body.algorithm ?? { type: 'round_robin' }) as { type: string }).type,
    isPublic: body.public_interface !== false,
    address: publicAddress(state, settings),
    network: undefined,
    services: [],
    targets: [],
    isProtected: false,
  }
  if (body.network !== undefined) {
    const network = find(networkKind, body.network as number, world)
    balancer.network = {
      network: network.id,
      ip: privateAddress(network, location.network_zone, state),
    }
  }
  for (const service of (body.services ?? []) as Body[]) addService(balancer, service)
  for (const target of (body.targets ?? []) as Body[]) {
    checkRoom(balancer.targets.length, type.targets, 'targets')
    balancer.targets.push(readTarget(target, balancer, world))
  }
  return balancer
}

/** Adds a service, where its port is free. */
export function addService(balancer: LoadBalancerItem, body: unknown): void {
  const service = readService(body)
  checkRoom(balancer.services.length, loadBalancerTypeOf(balancer.type).services, 'services')
  if (balancer.services.some(({ listen_port }) => listen_port === service.listen_port)) {
    throw new Refusal(412, 'source_port_already_used', `source port ${service.listen_port} is already in use`)
  }
  balancer.services.push(service)
}

/** What the type of a balancer allows. */
export function checkRoom(used: number, most: number, field: 'services' | 'targets'): void {
  if (used >= most) throw invalid(field, `the load balancer type allows ${most}`)
}
