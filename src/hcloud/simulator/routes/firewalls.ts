import { renderAction } from '../actions.js'
import { type Body, checkBody } from '../body.js'
import { parseSelector } from '../labels.js'
import { invalid, Refusal } from '../refusal.js'
import { commonRoutes, find, type Kind, newItem } from '../resources.js'
import type { Routes } from '../route.js'
import type { ActionItem, FirewallItem, ServerItem, State } from '../state.js'
import { dateOf, type World } from '../world.js'
import { checkRules } from './firewall-rules.js'

/** https://docs.hetzner.com/cloud/firewalls/overview#limits */
const mostPerServer = 5

export const firewallKind: Kind<FirewallItem> = {
  many: 'firewalls',
  one: 'firewall',
  noun: 'firewall',
  itemsOf: state => state.firewalls,
  name: /^.{1,128}$/,
  isNameUnique: true,
  render: ({ id, name, labels, created, rules, servers, selectors }, { state }) => ({
    id,
    name,
    labels,
    created: dateOf(created),
    rules,
    applied_to: [
      ...[...servers.keys()].map(server => ({ type: 'server', server: { id: server } })),
      ...[...selectors].map(selector => ({
        type: 'label_selector',
        label_selector: { selector },
        applied_to_resources: selectedBy(selector, state).map(server => ({
          type: 'server',
          server: { id: server.id },
        })),
      })),
    ],
  }),
}

function selectedBy(selector: string, { servers }: State): ServerItem[] {
  return [...servers.values()].filter(({ labels }) => parseSelector(selector)(labels))
}

/** The firewalls of a server, and whether each already is at work there. */
export function firewallsOf(server: ServerItem, { firewalls }: State) {
  return [...firewalls.values()].flatMap(({ id, servers, selectors }) => {
    const own = servers.get(server.id)
    if (own) return [{ id, status: own }]
    const isSelected = [...selectors].some(selector => parseSelector(selector)(server.labels))
    return isSelected ? [{ id, status: 'applied' as const }] : []
  })
}

export const firewallRoutes: Routes = {
  ...commonRoutes(firewallKind),
  'POST /firewalls': ({ body }, world) => {
    const checked = checkBody(body, {
      name: 'text!',
      labels: 'object',
      rules: 'objects',
      apply_to: 'objects',
    })
    const targets = parseTargets(checked.apply_to, 'apply_to', world, 422)
    const firewall: FirewallItem = {
      ...newItem(firewallKind, checked, world),
      rules: checkRules(checked.rules),
      servers: new Map(),
      selectors: new Set(),
    }
    world.state.firewalls.set(firewall.id, firewall)
    const actions = targets.flatMap(target => apply(firewall, target, world))
    return {
      status: 201,
      body: { firewall: firewallKind.render(firewall, world), actions: shown(actions, world) },
    }
  },
  'DELETE /firewalls/{id}': ({ id }, world) => {
    const { servers, selectors } = find(firewallKind, id, world)
    if (servers.size + selectors.size > 0) {
      throw new Refusal(422, 'resource_in_use', 'firewall is still in use')
    }
    world.state.firewalls.delete(id)
    return { status: 204 }
  },
  'POST /firewalls/{id}/actions/set_rules': ({ id, body }, world) => {
    const firewall = find(firewallKind, id, world)
    const { rules } = checkBody(body, { rules: 'objects!' })
    const checked = checkRules(rules)
    const set = world.act({
      command: 'set_firewall_rules',
      resources: [{ id, type: 'firewall' }],
      effect: () => {
        firewall.rules = checked
      },
    })
    const others = [...firewall.servers.keys()].map(server =>
      world.act({ command: 'apply_firewall', resources: both(firewall, server), after: set }),
    )
    return { status: 201, body: { actions: shown([set, ...others], world) } }
  },
  'POST /firewalls/{id}/actions/apply_to_resources': ({ id, body }, world) => {
    const firewall = find(firewallKind, id, world)
    const { apply_to } = checkBody(body, { apply_to: 'objects!' })
    const targets = parseTargets(apply_to, 'apply_to', world, 404)
    const isApplied = targets.some(({ server, selector }) =>
      server ? firewall.servers.has(server.id) : firewall.selectors.has(selector!),
    )
    if (isApplied) throw new Refusal(422, 'firewall_already_applied', 'firewall was already applied')
    const actions = targets.flatMap(target => apply(firewall, target, world))
    return { status: 201, body: { actions: shown(actions, world) } }
  },
  'POST /firewalls/{id}/actions/remove_from_resources': ({ id, body }, world) => {
    const firewall = find(firewallKind, id, world)
    const { remove_from } = checkBody(body, { remove_from: 'objects!' })
    const targets = parseTargets(remove_from, 'remove_from', world, 404)
    const actions = targets.flatMap(target => remove(firewall, target, world))
    return { status: 201, body: { actions: shown(actions, world) } }
  },
}

interface Target {
  server?: ServerItem
  selector?: string
}

function parseTargets(list: unknown, field: string, { state }: World, statusOfMissing: 404 | 422): Target[] {
  return ((list ?? []) as Body[]).map(one => {
    const { type, server, label_selector } = checkBody(
      one,
      { type: 'text!', server: 'object', label_selector: 'object' },
      field,
    )
    if (type === 'label_selector') {
      const { selector } = checkBody(label_selector, { selector: 'text!' }, `${field}.label_selector`)
      parseSelector(selector as string, `${field}.label_selector`)
      return { selector: selector as string }
    }
    if (type !== 'server') throw invalid(`${field}.type`, 'is not known')
    const found = state.servers.get(checkBody(server, { id: 'number!' }, `${field}.server`).id as number)
    if (!found) throw new Refusal(statusOfMissing, 'firewall_resource_not_found', 'server not found')
    return { server: found }
  })
}

function apply(firewall: FirewallItem, { server, selector }: Target, world: World): ActionItem[] {
  if (server) return [applyToServer(firewall, server, world)]
  firewall.selectors.add(selector!)
  return selectedBy(selector!, world.state).map(({ id }) =>
    world.act({ command: 'apply_firewall', resources: both(firewall, id) }),
  )
}

/** Puts a firewall before a server, which takes a moment. */
export function applyToServer(
  firewall: FirewallItem,
  server: ServerItem,
  world: World,
  after?: ActionItem,
): ActionItem {
  if (firewallsOf(server, world.state).length >= mostPerServer) {
    throw invalid('firewalls', `a server has at most ${mostPerServer} firewalls`)
  }
  firewall.servers.set(server.id, 'pending')
  return world.act({
    command: 'apply_firewall',
    resources: both(firewall, server.id),
    ...(after && { after }),
    effect: () => {
      if (firewall.servers.has(server.id)) firewall.servers.set(server.id, 'applied')
    },
  })
}

function remove(firewall: FirewallItem, { server, selector }: Target, world: World): ActionItem[] {
  const ids = server ? [server.id] : selectedBy(selector!, world.state).map(({ id }) => id)
  if (server && !firewall.servers.has(server.id)) {
    const isSelected = [...firewall.selectors].some(one => parseSelector(one)(server.labels))
    throw isSelected
      ? new Refusal(422, 'firewall_managed_by_label_selector', 'firewall is applied via a label selector')
      : new Refusal(404, 'firewall_resource_not_found', 'firewall is not applied to this server')
  }
  if (selector && !firewall.selectors.has(selector)) {
    throw new Refusal(404, 'firewall_resource_not_found', 'firewall is not applied to this label selector')
  }
  const effect = () => {
    if (server) firewall.servers.delete(server.id)
    else firewall.selectors.delete(selector!)
  }
  if (ids.length === 0) effect()
  return ids.map(id => world.act({ command: 'remove_firewall', resources: both(firewall, id), effect }))
}

function both({ id }: FirewallItem, server: number) {
  return [
    { id: server, type: 'server' },
    { id, type: 'firewall' },
  ]
}

function shown(actions: readonly ActionItem[], { now }: World) {
  return actions.map(action => renderAction(action, now()))
}
