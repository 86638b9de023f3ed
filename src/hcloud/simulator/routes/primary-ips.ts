import { renderAction } from '../actions.js'
import { publicAddress, publicNetwork } from '../addresses.js'
import { checkBody } from '../body.js'
import { invalid, isProtected, notFound, Refusal } from '../refusal.js'
import { commonRoutes, find, type Kind, newItem } from '../resources.js'
import type { Routes } from '../route.js'
import { locationOf } from '../shown.js'
import type { PrimaryIpItem, ServerItem } from '../state.js'
import { dateOf, type World } from '../world.js'

export const primaryIpKind: Kind<PrimaryIpItem> = {
  many: 'primary_ips',
  one: 'primary_ip',
  noun: 'primary IP',
  itemsOf: state => state.primaryIps,
  name: /^.{1,255}$/,
  isNameUnique: true,
  render: ip => ({
    id: ip.id,
    name: ip.name,
    labels: ip.labels,
    created: dateOf(ip.created),
    blocked: false,
    location: locationOf(ip.location),
    ip: ip.ip,
    dns_ptr: [],
    protection: { delete: ip.isProtected },
    type: ip.type,
    auto_delete: ip.isAutoDeleted,
    assignee_type: 'server',
    assignee_id: ip.server ?? null,
  }),
  filters: { ip: ({ ip }, wanted) => wanted.includes(ip) },
}

/** The address that a server brings along, and takes with it. */
export function ownAddress(
  type: PrimaryIpItem['type'],
  server: Pick<ServerItem, 'id' | 'location'>,
  world: World,
): PrimaryIpItem {
  const ip = makeAddress(type, server.location, `primary_ip-${world.newId()}`, world)
  ip.server = server.id
  ip.isAutoDeleted = true
  return ip
}

/** Whether the account may have so many more. */
export function checkAddressLimit(more: number, { state, settings }: World): void {
  if (state.primaryIps.size + more <= settings.limits.primary_ips) return
  throw new Refusal(403, 'resource_limit_exceeded', 'Primary IP limit exceeded', {
    limits: [{ name: 'primary_ip_limit' }],
  })
}

function makeAddress(type: PrimaryIpItem['type'], location: string, name: string, world: World) {
  const { state, settings } = world
  const ip: PrimaryIpItem = {
    ...newItem(primaryIpKind, { name }, world),
    type,
    ip: type === 'ipv4' ? publicAddress(state, settings) : publicNetwork(state),
    location,
    server: undefined,
    isAutoDeleted: false,
    isProtected: false,
  }
  state.primaryIps.set(ip.id, ip)
  return ip
}

export const primaryIpRoutes: Routes = {
  ...commonRoutes(primaryIpKind),
  'POST /primary_ips': ({ body }, world) => {
    const checked = checkBody(body, {
      name: 'text!',
      type: 'text!',
      labels: 'object',
      location: 'id or name',
      assignee_type: 'text',
      assignee_id: 'number',
      auto_delete: 'flag',
    })
    if (checked.type !== 'ipv4' && checked.type !== 'ipv6') throw invalid('type', 'is not known')
    const { name, labels } = newItem(primaryIpKind, checked, world)
    const server =
      checked.assignee_id === undefined ? undefined : serverOf(checked.assignee_id as number, world)
    if (server) checkAssignable(checked.type, server)
    const location = server?.location ?? locationOf(checked.location).name
    checkAddressLimit(1, world)
    const ip = makeAddress(checked.type, location, name, world)
    Object.assign(ip, { labels, isAutoDeleted: checked.auto_delete === true })
    const action = server && renderAction(assign(ip, server, world), world.now())
    return {
      status: 201,
      body: { primary_ip: primaryIpKind.render(ip, world), action: action ?? null },
    }
  },
  'DELETE /primary_ips/{id}': ({ id }, world) => {
    const ip = find(primaryIpKind, id, world)
    if (ip.isProtected) throw isProtected('primary IP')
    if (ip.server !== undefined) {
      throw new Refusal(422, 'must_be_unassigned', 'primary IP is still assigned to a resource')
    }
    world.state.primaryIps.delete(id)
    return { status: 204 }
  },
  'POST /primary_ips/{id}/actions/assign': ({ id, body }, world) => {
    const ip = find(primaryIpKind, id, world)
    const { assignee_id } = checkBody(body, { assignee_type: 'text!', assignee_id: 'number!' })
    if (ip.server !== undefined) {
      throw new Refusal(422, 'primary_ip_already_assigned', 'primary IP is already assigned')
    }
    const server = serverOf(assignee_id as number, world)
    checkAssignable(ip.type, server)
    return { status: 201, body: { action: renderAction(assign(ip, server, world), world.now()) } }
  },
  'POST /primary_ips/{id}/actions/unassign': ({ id }, world) => {
    const ip = find(primaryIpKind, id, world)
    const server = world.state.servers.get(ip.server ?? 0)
    if (server && server.status !== 'off') throw notStopped()
    const action = world.act({
      command: 'unassign_primary_ip',
      resources: [{ id, type: 'primary_ip' }, ...(server ? [{ id: server.id, type: 'server' }] : [])],
      effect: () => {
        if (server) server[ip.type] = undefined
        ip.server = undefined
      },
    })
    return { status: 201, body: { action: renderAction(action, world.now()) } }
  },
  'POST /primary_ips/{id}/actions/change_protection': ({ id, body }, world) => {
    const ip = find(primaryIpKind, id, world)
    const { delete: wanted } = checkBody(body, { delete: 'flag!' })
    const action = world.act({
      command: 'change_protection',
      resources: [{ id, type: 'primary_ip' }],
      effect: () => {
        ip.isProtected = wanted === true
      },
    })
    return { status: 201, body: { action: renderAction(action, world.now()) } }
  },
}

function serverOf(id: number, { state }: World): ServerItem {
  const server = state.servers.get(id)
  if (!server) throw notFound('server', id)
  return server
}

function checkAssignable(type: PrimaryIpItem['type'], server: ServerItem): void {
  if (server.status !== 'off') throw notStopped()
  if (server[type] !== undefined)
    throw new Refusal(422, `server_has_${type}`, `server already has an ${type}`)
}

function assign(ip: PrimaryIpItem, server: ServerItem, world: World) {
  return world.act({
    command: 'assign_primary_ip',
    resources: [
      { id: ip.id, type: 'primary_ip' },
      { id: server.id, type: 'server' },
    ],
    effect: () => {
      ip.server = server.id
      server[ip.type] = ip.id
    },
  })
}

function notStopped(): Refusal {
  return new Refusal(422, 'server_not_stopped', 'server must be powered off')
}
