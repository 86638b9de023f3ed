import type { Api } from '../api.js'
import { collectionOf, type Kind, type Resource } from './collection.js'
import { type Creatable, createOnce, type Named } from './create.js'

/** https://docs.hetzner.cloud/reference/cloud#tag/placement-groups: its servers stand on different machines. */
export interface PlacementGroup extends Resource {
  type: 'spread'
  servers: number[]
}

export interface PlacementGroupWanted extends Named {
  type: 'spread'
}

export type PlacementGroups = Creatable<PlacementGroup, PlacementGroupWanted>

const kind: Kind = { many: 'placement_groups', one: 'placement_group', noun: 'placement group' }

export function openPlacementGroups(api: Api): PlacementGroups {
  return {
    ...collectionOf<PlacementGroup>(api, kind),
    create: wanted => createOnce<PlacementGroup>(api, kind, wanted),
  }
}
