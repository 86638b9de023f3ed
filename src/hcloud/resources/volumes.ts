import type { Action } from '../actions.js'
import type { Api } from '../api.js'
import { actionsOf } from './change.js'
import { type Collection, collectionOf, type Kind, type Resource } from './collection.js'

/** https://docs.hetzner.cloud/reference/cloud#tag/volumes. They are made by the CSI driver, never by `lo`. */
export interface Volume extends Resource {
  /** The server it is attached to. */
  server: number | null
  /** Gigabytes. */
  size: number
  location: { name: string }
  protection: { delete: boolean }
}

export interface Volumes extends Collection<Volume> {
  detach: (volume: Pick<Volume, 'id' | 'name'>) => Promise<Action[]>
}

const kind: Kind = { many: 'volumes', one: 'volume', noun: 'volume' }

export function openVolumes(api: Api): Volumes {
  const act = actionsOf(api, kind)
  return { ...collectionOf<Volume>(api, kind), detach: volume => act(volume, 'detach') }
}
