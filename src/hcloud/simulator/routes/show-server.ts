import { isBusy } from '../actions.js'
import { imageOf, locationOf, serverTypeOf, showImage, showServerType } from '../shown.js'
import type { ServerItem } from '../state.js'
import { dateOf, type World } from '../world.js'

interface Shown {
  firewalls: { id: number; status: string }[]
  placementGroup: unknown
}

/** A server as answers show it. */
export function showServer(server: ServerItem, { state }: World, { firewalls, placementGroup }: Shown) {
  const type = serverTypeOf(server.type)
  const ipv4 = state.primaryIps.get(server.ipv4 ?? 0)
  const ipv6 = state.primaryIps.get(server.ipv6 ?? 0)
  return {
    id: server.id,
    name: server.name,
    status: server.status,
    created: dateOf(server.created),
    public_net: {
      ipv4: ipv4
        ? { id: ipv4.id, ip: ipv4.ip, blocked: false, dns_ptr: `static.${ipv4.ip}.example.com` }
        : null,
      ipv6: ipv6 ? { id: ipv6.id, ip: ipv6.ip, blocked: false, dns_ptr: [] } : null,
      floating_ips: [],
      firewalls,
    },
    private_net: server.networks.map(({ network, ip, mac }) => ({
      network,
      ip,
      alias_ips: [],
      mac_address: mac,
    })),
    server_type: showServerType(type),
    location: locationOf(server.location),
    image: showImage(imageOf(server.image, type.architecture)),
    iso: null,
    rescue_enabled: server.isRescue,
    locked: isBusy(state, 'server', server.id),
    backup_window: null,
    outgoing_traffic: null,
    ingoing_traffic: null,
    included_traffic: 21_990_232_555_520,
    protection: server.protection,
    labels: server.labels,
    volumes: [...state.volumes.values()].filter(one => one.server === server.id).map(({ id }) => id),
    load_balancers: [...state.loadBalancers.values()]
      .filter(({ targets }) => targets.some(target => target.server === server.id))
      .map(({ id }) => id),
    primary_disk_size: type.disk,
    placement_group: placementGroup,
  }
}
