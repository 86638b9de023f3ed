import { isBusy, renderAction } from '../actions.js'
import { type Body, checkBody } from '../body.js'
import { invalid, isProtected, locked, Refusal } from '../refusal.js'
import { commonRoutes, find, type Kind, newItem } from '../resources.js'
import type { Routes } from '../route.js'
import { imageOf, locationOf, serverTypeOf } from '../shown.js'
import type { ActionItem, FirewallItem, NetworkItem, ServerItem } from '../state.js'
import type { World } from '../world.js'
import { applyToServer, firewallKind, firewallsOf } from './firewalls.js'
import { networkKind } from './networks.js'
import { placementGroupKind, roomIn } from './placement-groups.js'
import { checkAddressLimit, ownAddress } from './primary-ips.js'
import { attachToNetwork, start } from './server-life.js'
import { showServer } from './show-server.js'

/** RFC 1123, as the API asks of names of servers. */
const hostname =
  /^(?=.{1,253}$)[a-zA-Z0-9]([-a-zA-Z0-9]{0,61}[a-zA-Z0-9])?(\.[a-zA-Z0-9]([-a-zA-Z0-9]{0,61}[a-zA-Z0-9])?)*$/
const mostUserData = 32 * 1024

export const serverKind: Kind<ServerItem> = {
  many: 'servers',
  one: 'server',
  noun: 'server',
  itemsOf: state => state.servers,
  name: hostname,
  isNameUnique: true,
  render: (server, world) =>
    showServer(server, world, {
      firewalls: firewallsOf(server, world.state),
      placementGroup:
        server.placementGroup === undefined
          ? null
          : placementGroupKind.render(find(placementGroupKind, server.placementGroup, world), world),
    }),
  filters: { status: ({ status }, wanted) => wanted.includes(status) },
}

const shape = {
  name: 'text!',
  location: 'text',
  server_type: 'text!',
  start_after_create: 'flag',
  image: 'text!',
  placement_group: 'number',
  ssh_keys: 'texts',
  volumes: 'numbers',
  networks: 'numbers',
  firewalls: 'objects',
  user_data: 'text',
  labels: 'object',
  automount: 'flag',
  public_net: 'object',
} as const

export const serverRoutes: Routes = {
  ...commonRoutes(serverKind),
  'POST /servers': ({ body }, world) => {
    const checked = checkBody(body, shape)
    const order = readOrder(checked, world)
    const server = newServer(checked, order, world)
    world.state.servers.set(server.id, server)
    const action = world.act({
      command: 'create_server',
      resources: [{ id: server.id, type: 'server' }],
      effect: () => {
        server.status = 'off'
      },
    })
    for (const firewall of order.firewalls) applyToServer(firewall, server, world, action)
    const next = nextActions(server, order, checked.start_after_create !== false, action, world)
    return {
      status: 201,
      body: {
        server: serverKind.render(server, world),
        action: renderAction(action, world.now()),
        next_actions: next.map(one => renderAction(one, world.now())),
        // Without a key the server gets a password, which this is.
        root_password: server.sshKeys.length > 0 ? null : 'simulated-root-password',
      },
    }
  },
  'DELETE /servers/{id}': ({ id }, world) => {
    const server = find(serverKind, id, world)
    if (server.protection.delete) throw isProtected('server')
    if (isBusy(world.state, 'server', id)) throw locked('server')
    return { status: 200, body: { action: renderAction(leave(server, world), world.now()) } }
  },
}

interface Order {
  type: string
  location: string
  networks: NetworkItem[]
  firewalls: FirewallItem[]
}

/** What is asked for, when there is such a thing, and enough of it. */
function readOrder(body: Body, world: World): Order {
  const { settings, state } = world
  const type = serverTypeOf(body.server_type)
  const location = locationOf(body.location ?? type.locations[0])
  imageOf(body.image, type.architecture)
  if (!type.locations.includes(location.name)) {
    throw invalid('server_type', `${type.name} is not offered in ${location.name}`)
  }
  const end = type.deprecation?.unavailable_after
  if (end && Date.parse(end) < Date.parse('2026-10-01')) throw invalid('server_type', 'is deprecated')
  if (((body.user_data ?? '') as string).length > mostUserData) throw invalid('user_data', 'is too long')
  for (const key of (body.ssh_keys ?? []) as string[]) {
    const isThere = [...state.sshKeys.values()].some(({ id, name }) => name === key || String(id) === key)
    if (!isThere) throw invalid('ssh_keys', `${key} does not exist`)
  }
  const networks = ((body.networks ?? []) as number[]).map(id => find(networkKind, id, world))
  const firewalls = ((body.firewalls ?? []) as Body[]).map(one =>
    find(firewallKind, checkBody(one, { firewall: 'number!' }, 'firewalls').firewall as number, world),
  )
  for (const network of networks) {
    if (!network.subnets.some(({ zone }) => zone === location.network_zone)) {
      throw new Refusal(422, 'no_subnet_available', 'network has no subnet in this network zone')
    }
  }
  if (body.placement_group !== undefined) {
    roomIn(body.placement_group as number, location.name, world)
  }
  if (state.servers.size >= settings.limits.servers) {
    throw new Refusal(403, 'resource_limit_exceeded', 'server limit exceeded', {
      limits: [{ name: 'server_limit' }],
    })
  }
  checkAddressLimit(addressesOf(body).length, world)
  if (settings.soldOut.has(`${type.name}@${location.name}`)) {
    throw new Refusal(412, 'resource_unavailable', 'error during placement: server location disabled')
  }
  return { type: type.name, location: location.name, networks, firewalls }
}

/** The public addresses it is to bring along. */
function addressesOf(body: Body): ('ipv4' | 'ipv6')[] {
  const net = checkBody(body.public_net ?? {}, { enable_ipv4: 'flag', enable_ipv6: 'flag' }, 'public_net')
  return (['ipv4', 'ipv6'] as const).filter(type => net[`enable_${type}`] !== false)
}

function newServer(body: Body, { type, location }: Order, world: World): ServerItem {
  const server: ServerItem = {
    ...newItem(serverKind, body, world),
    status: 'initializing',
    type,
    location,
    image: body.image as string,
    placementGroup: body.placement_group as number | undefined,
    networks: [],
    ipv4: undefined,
    ipv6: undefined,
    protection: { delete: false, rebuild: false },
    isRescue: false,
    userData: (body.user_data ?? '') as string,
    sshKeys: (body.ssh_keys ?? []) as string[],
  }
  for (const type of addressesOf(body)) server[type] = ownAddress(type, server, world).id
  return server
}

/** First its networks, then the start: so it boots with all its interfaces. */
function nextActions(
  server: ServerItem,
  { networks }: Order,
  isStarted: boolean,
  first: ActionItem,
  world: World,
): ActionItem[] {
  const actions: ActionItem[] = []
  for (const network of networks) {
    actions.push(attachToNetwork(server, network, world, { after: actions.at(-1) ?? first }))
  }
  if (isStarted) actions.push(start(server, world, actions.at(-1) ?? first))
  return actions
}

/** It is out of every list at once; what it was attached to keeps it for a moment. */
function leave(server: ServerItem, world: World): ActionItem {
  const { id } = server
  const { state, settings } = world
  state.servers.delete(id)
  state.leaving.set(id, server)
  return world.act({
    command: 'delete_server',
    resources: [{ id, type: 'server' }],
    effect: () => {
      state.leaving.delete(id)
      for (const firewall of state.firewalls.values()) firewall.servers.delete(id)
      for (const volume of state.volumes.values()) if (volume.server === id) volume.server = undefined
      for (const balancer of state.loadBalancers.values()) {
        balancer.targets = balancer.targets.filter(target => target.server !== id)
      }
      for (const ip of state.primaryIps.values()) {
        if (ip.server !== id) continue
        ip.server = undefined
        if (ip.isAutoDeleted) state.primaryIps.delete(ip.id)
      }
      settings.onServer('deleted', server)
    },
  })
}
