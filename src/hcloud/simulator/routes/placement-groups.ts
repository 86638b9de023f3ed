import { checkBody } from '../body.js'
import { invalid, Refusal } from '../refusal.js'
import { commonRoutes, find, type Kind, newItem } from '../resources.js'
import type { Routes } from '../route.js'
import type { PlacementGroupItem, ServerItem, State } from '../state.js'
import { dateOf, type World } from '../world.js'

/** https://docs.hetzner.com/cloud/placement-groups/overview */
const mostServers = 10

export const placementGroupKind: Kind<PlacementGroupItem> = {
  many: 'placement_groups',
  one: 'placement_group',
  noun: 'placement group',
  itemsOf: state => state.placementGroups,
  name: /^.{1,255}$/,
  isNameUnique: true,
  render: ({ id, name, labels, created, type }, { state }) => ({
    id,
    name,
    labels,
    type,
    created: dateOf(created),
    servers: serversIn(id, state).map(server => server.id),
  }),
  filters: { type: (group, wanted) => wanted.includes(group.type) },
}

function serversIn(id: number, { servers, leaving }: State): ServerItem[] {
  return [...servers.values(), ...leaving.values()].filter(({ placementGroup }) => placementGroup === id)
}

/** A group that takes one more, which is in this location as all of them. */
export function roomIn(id: number, location: string, world: World): PlacementGroupItem {
  const group = find(placementGroupKind, id, world)
  const refused = (why: string) => new Refusal(422, 'placement_error', `placement group ${group.name} ${why}`)
  const servers = serversIn(id, world.state)
  if (servers.length >= mostServers) throw refused(`already has ${mostServers} servers`)
  if (servers.some(server => server.location !== location)) {
    throw refused(`has servers elsewhere than in ${location}`)
  }
  return group
}

export const placementGroupRoutes: Routes = {
  ...commonRoutes(placementGroupKind),
  'POST /placement_groups': ({ body }, world) => {
    const checked = checkBody(body, { name: 'text!', type: 'text!', labels: 'object' })
    if (checked.type !== 'spread') throw invalid('type', 'is not known')
    const group: PlacementGroupItem = { ...newItem(placementGroupKind, checked, world), type: 'spread' }
    world.state.placementGroups.set(group.id, group)
    return {
      status: 201,
      body: { placement_group: placementGroupKind.render(group, world), action: null },
    }
  },
  'DELETE /placement_groups/{id}': ({ id }, world) => {
    find(placementGroupKind, id, world)
    // The document does not say what happens then. Refused here, so that nobody counts on the other.
    if (serversIn(id, world.state).length > 0) {
      throw new Refusal(422, 'resource_in_use', 'placement group still has servers')
    }
    world.state.placementGroups.delete(id)
    return { status: 204 }
  },
}
