import { isBusy, renderAction } from '../actions.js'
import { checkBody } from '../body.js'
import { invalid, isProtected, locked, notFound, Refusal } from '../refusal.js'
import { commonRoutes, find, type Kind, newItem } from '../resources.js'
import type { Routes } from '../route.js'
import { locationOf } from '../shown.js'
import type { ActionItem, ServerItem, VolumeItem } from '../state.js'
import { dateOf, type World } from '../world.js'

export const volumeKind: Kind<VolumeItem> = {
  many: 'volumes',
  one: 'volume',
  noun: 'volume',
  itemsOf: state => state.volumes,
  name: /^[A-Za-z0-9]([-_.A-Za-z0-9]{0,62}[A-Za-z0-9])?$/,
  isNameUnique: true,
  render: volume => ({
    id: volume.id,
    created: dateOf(volume.created),
    name: volume.name,
    server: volume.server ?? null,
    location: locationOf(volume.location),
    size: volume.size,
    linux_device: `/dev/disk/by-id/scsi-0HC_Volume_${volume.id}`,
    protection: { delete: volume.isProtected },
    labels: volume.labels,
    status: volume.status,
    format: volume.format,
  }),
  filters: { status: ({ status }, wanted) => wanted.includes(status) },
}

export const volumeRoutes: Routes = {
  ...commonRoutes(volumeKind),
  'POST /volumes': ({ body }, world) => {
    const checked = checkBody(body, {
      size: 'number!',
      name: 'text!',
      labels: 'object',
      automount: 'flag',
      format: 'text',
      location: 'id or name',
      server: 'number',
    })
    const size = checked.size as number
    if (size < 10 || size > 10_240) throw invalid('size', 'must be between 10 and 10240')
    const server = checked.server === undefined ? undefined : serverOf(checked.server as number, world)
    const volume: VolumeItem = {
      ...newItem(volumeKind, checked, world),
      size,
      location: server?.location ?? locationOf(checked.location).name,
      server: undefined,
      format: (checked.format ?? null) as string | null,
      status: 'creating',
      isProtected: false,
    }
    world.state.volumes.set(volume.id, volume)
    const action = world.act({
      command: 'create_volume',
      resources: [{ id: volume.id, type: 'volume' }],
      effect: () => {
        volume.status = 'available'
      },
    })
    const next = server ? [attach(volume, server, world, action)] : []
    return {
      status: 201,
      body: {
        volume: volumeKind.render(volume, world),
        action: renderAction(action, world.now()),
        next_actions: next.map(one => renderAction(one, world.now())),
      },
    }
  },
  'DELETE /volumes/{id}': ({ id }, world) => {
    const volume = idle(id, world)
    if (volume.isProtected) throw isProtected('volume')
    if (volume.server !== undefined) {
      throw new Refusal(422, 'resource_in_use', 'volume is still attached to a server')
    }
    world.state.volumes.delete(id)
    return { status: 204 }
  },
  'POST /volumes/{id}/actions/attach': ({ id, body }, world) => {
    const volume = idle(id, world)
    const checked = checkBody(body, { server: 'number!', automount: 'flag' })
    const server = serverOf(checked.server as number, world)
    if (volume.server !== undefined) {
      throw new Refusal(422, 'volume_already_attached', 'volume is already attached')
    }
    if (server.location !== volume.location) throw invalid('server', 'is in another location')
    const action = attach(volume, server, world)
    return { status: 201, body: { action: renderAction(action, world.now()) } }
  },
  'POST /volumes/{id}/actions/detach': ({ id }, world) => {
    const volume = idle(id, world)
    if (volume.server === undefined) throw new Refusal(422, 'invalid_input', 'volume is not attached')
    const action = world.act({
      command: 'detach_volume',
      resources: [
        { id, type: 'volume' },
        { id: volume.server, type: 'server' },
      ],
      effect: () => {
        volume.server = undefined
      },
    })
    return { status: 201, body: { action: renderAction(action, world.now()) } }
  },
  'POST /volumes/{id}/actions/change_protection': ({ id, body }, world) => {
    const volume = idle(id, world)
    const { delete: wanted } = checkBody(body, { delete: 'flag' })
    const action = world.act({
      command: 'change_protection',
      resources: [{ id, type: 'volume' }],
      effect: () => {
        volume.isProtected = wanted === true
      },
    })
    return { status: 201, body: { action: renderAction(action, world.now()) } }
  },
}

function idle(id: number, world: World): VolumeItem {
  const volume = find(volumeKind, id, world)
  if (isBusy(world.state, 'volume', id)) throw locked('volume')
  return volume
}

function serverOf(id: number, { state }: World): ServerItem {
  const server = state.servers.get(id)
  if (!server) throw notFound('server', id)
  return server
}

function attach(volume: VolumeItem, server: ServerItem, world: World, after?: ActionItem): ActionItem {
  return world.act({
    command: 'attach_volume',
    resources: [
      { id: volume.id, type: 'volume' },
      { id: server.id, type: 'server' },
    ],
    ...(after && { after }),
    effect: () => {
      volume.server = server.id
    },
  })
}
