import {
  contains,
  formatAddress,
  formatRange,
  isPrivate,
  overlaps,
  parseRange,
  type Range,
} from '../../range.js'
import { isBusy, renderAction } from '../actions.js'
import { type Body, checkBody } from '../body.js'
import { locations } from '../catalogue.js'
import { invalid, isProtected, Refusal } from '../refusal.js'
import { commonRoutes, find, type Kind, newItem } from '../resources.js'
import type { Routes } from '../route.js'
import type { NetworkItem, State } from '../state.js'
import { dateOf, type World } from '../world.js'

const many = 'networks'

export const networkKind: Kind<NetworkItem> = {
  many,
  one: 'network',
  noun: 'network',
  itemsOf: state => state.networks,
  name: /^.{1,128}$/,
  // The document does not promise it, so nobody may count on it.
  isNameUnique: false,
  render: ({ id, name, labels, created, range, subnets, isProtected }, { state }) => ({
    id,
    name,
    ip_range: range,
    subnets: subnets.map(({ type, range: subnet, zone }) => ({
      type,
      ip_range: subnet,
      network_zone: zone,
      gateway: gatewayOf(range),
    })),
    routes: [],
    servers: serversIn(id, state),
    load_balancers: balancersIn(id, state),
    protection: { delete: isProtected },
    labels,
    created: dateOf(created),
    expose_routes_to_vswitch: false,
  }),
}

function gatewayOf(range: string): string {
  return formatAddress(parseRange(range)!.first + 1)
}

function serversIn(id: number, { servers }: State): number[] {
  return [...servers.values()]
    .filter(server => server.networks.some(({ network }) => network === id))
    .map(server => server.id)
}

function balancersIn(id: number, { loadBalancers }: State): number[] {
  return [...loadBalancers.values()].filter(({ network }) => network?.network === id).map(({ id }) => id)
}

const subnetShape = { type: 'text!', ip_range: 'text', network_zone: 'text!' } as const

export const networkRoutes: Routes = {
  ...commonRoutes(networkKind),
  [`POST /${many}`]: ({ body }, world) => {
    const checked = checkBody(body, {
      name: 'text!',
      ip_range: 'text!',
      labels: 'object',
      subnets: 'objects',
      routes: 'objects',
      expose_routes_to_vswitch: 'flag',
    })
    const range = checkRange(checked.ip_range as string)
    const network: NetworkItem = {
      ...newItem(networkKind, checked, world),
      range: formatRange(range),
      subnets: [],
      isProtected: false,
    }
    for (const subnet of (checked.subnets ?? []) as Body[]) {
      network.subnets.push(newSubnet(network, checkBody(subnet, subnetShape, 'subnets')))
    }
    world.state.networks.set(network.id, network)
    return { status: 201, body: { network: networkKind.render(network, world) } }
  },
  [`DELETE /${many}/{id}`]: ({ id }, { state, ...world }) => {
    const network = find(networkKind, id, { state, ...world })
    if (network.isProtected) throw isProtected('network')
    // What is attached to it is detached without a word.
    for (const server of state.servers.values()) {
      server.networks = server.networks.filter(one => one.network !== id)
    }
    for (const balancer of state.loadBalancers.values()) {
      if (balancer.network?.network === id) balancer.network = undefined
    }
    state.networks.delete(id)
    return { status: 204 }
  },
  [`POST /${many}/{id}/actions/add_subnet`]: ({ id, body }, world) => {
    const network = idle(id, world)
    const subnet = newSubnet(network, checkBody(body, subnetShape))
    return begin(world, network, 'add_subnet', () => network.subnets.push(subnet))
  },
  [`POST /${many}/{id}/actions/delete_subnet`]: ({ id, body }, world) => {
    const network = idle(id, world)
    const { ip_range } = checkBody(body, { ip_range: 'text!' })
    if (!network.subnets.some(({ range }) => range === ip_range)) {
      throw new Refusal(404, 'not_found', 'subnet not found')
    }
    if (serversIn(id, world.state).length + balancersIn(id, world.state).length > 0) {
      throw new Refusal(422, 'service_error', 'cannot remove subnet because servers are attached to it')
    }
    return begin(world, network, 'delete_subnet', () => {
      network.subnets = network.subnets.filter(({ range }) => range !== ip_range)
    })
  },
  [`POST /${many}/{id}/actions/change_protection`]: ({ id, body }, world) => {
    const network = find(networkKind, id, world)
    const { delete: wanted } = checkBody(body, { delete: 'flag' })
    return begin(world, network, 'change_protection', () => {
      network.isProtected = wanted === true
    })
  },
}

function begin(world: World, { id }: NetworkItem, command: string, effect: () => void) {
  const action = world.act({ command, resources: [{ id, type: 'network' }], effect })
  return { status: 201 as const, body: { action: renderAction(action, world.now()) } }
}

function idle(id: number, world: World): NetworkItem {
  const network = find(networkKind, id, world)
  if (isBusy(world.state, 'network', id)) {
    throw new Refusal(409, 'conflict', 'the network is being changed')
  }
  return network
}

function checkRange(text: string): Range {
  const range = parseRange(text)
  if (!range || !isPrivate(range) || range.prefix > 24)
    throw invalid('ip_range', `${text} is not a private network`)
  return range
}

/** Without a range of its own, it gets the first /24 that is free. */
function newSubnet(network: NetworkItem, body: Body): NetworkItem['subnets'][number] {
  const zone = body.network_zone as string
  if (!locations.some(({ network_zone }) => network_zone === zone))
    throw invalid('network_zone', 'is unknown')
  if (network.subnets.some(subnet => subnet.zone !== zone)) {
    throw invalid('network_zone', 'all subnets of a network must be in one zone')
  }
  const whole = parseRange(network.range)!
  const others = network.subnets.map(subnet => parseRange(subnet.range)!)
  const range = body.ip_range === undefined ? firstFree(whole, others) : parseRange(body.ip_range as string)
  if (!range || range.prefix > 30 || !contains(whole, range))
    throw invalid('ip_range', 'is not in the network')
  if (others.some(other => overlaps(other, range))) throw invalid('ip_range', 'overlaps with another subnet')
  return { type: body.type as string, range: formatRange(range), zone }
}

function firstFree(whole: Range, others: readonly Range[]): Range | undefined {
  for (let first = whole.first; first + 255 <= whole.last; first += 256) {
    const range = { first, last: first + 255, prefix: 24 }
    if (!others.some(other => overlaps(other, range))) return range
  }
  return undefined
}
