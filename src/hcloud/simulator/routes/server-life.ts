import { privateAddress } from '../addresses.js'
import { locationOf } from '../shown.js'
import type { ActionItem, NetworkItem, ServerItem } from '../state.js'
import type { World } from '../world.js'

/** Gives a server an interface in a network. The address is its own from now on, and visible once that is done. */
export function attachToNetwork(
  server: ServerItem,
  network: NetworkItem,
  { state, act }: World,
  { after, ip }: { after?: ActionItem; ip?: string } = {},
): ActionItem {
  const zone = locationOf(server.location).network_zone
  return act({
    command: 'attach_to_network',
    resources: [
      { id: server.id, type: 'server' },
      { id: network.id, type: 'network' },
    ],
    ...(after && { after }),
    effect: () => {
      const address = ip ?? privateAddress(network, zone, state)
      server.networks.push({ network: network.id, ip: address, mac: macOf(address) })
    },
  })
}

function macOf(ip: string): string {
  const bytes = ip.split('.').map(byte => Number(byte).toString(16).padStart(2, '0'))
  return ['86', '00', ...bytes].join(':')
}

export function start(server: ServerItem, { act, settings }: World, after?: ActionItem): ActionItem {
  return act({
    command: 'start_server',
    resources: [{ id: server.id, type: 'server' }],
    ...(after && { after }),
    effect: () => {
      server.status = 'running'
      settings.onServer('started', server)
    },
  })
}

export function stop(server: ServerItem, { act, settings }: World): ActionItem {
  return act({
    command: 'stop_server',
    resources: [{ id: server.id, type: 'server' }],
    effect: () => {
      server.status = 'off'
      settings.onServer('stopped', server)
    },
  })
}
