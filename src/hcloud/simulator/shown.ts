import {
  images,
  loadBalancerTypes,
  locations,
  type SimImage,
  type SimLoadBalancerType,
  type SimLocation,
  type SimServerType,
  serverTypes,
} from './catalogue.js'
import { pricesWithTraffic } from './prices.js'
import { invalid } from './refusal.js'

/** An entry of the catalogue by its number or name. */
function pick<Entry extends { id: number; name: string }>(
  entries: readonly Entry[],
  wanted: unknown,
  field: string,
): Entry {
  const entry = entries.find(({ id, name }) => wanted === name || String(wanted) === String(id))
  if (!entry) throw invalid(field, `${wanted} does not exist`)
  return entry
}

export const locationOf = (wanted: unknown): SimLocation => pick(locations, wanted, 'location')
export const serverTypeOf = (wanted: unknown): SimServerType => pick(serverTypes, wanted, 'server_type')
export const loadBalancerTypeOf = (wanted: unknown): SimLoadBalancerType =>
  pick(loadBalancerTypes, wanted, 'load_balancer_type')

/** The variant of an image for an architecture; the names of both are the same. */
export function imageOf(wanted: unknown, architecture: SimImage['architecture']): SimImage {
  return pick(
    images.filter(image => image.architecture === architecture),
    wanted,
    'image',
  )
}

export function showServerType(type: SimServerType) {
  const { id, name, cores, memory, disk, monthly, cpu, architecture, deprecation } = type
  return {
    id,
    name,
    description: name.toUpperCase(),
    cores,
    memory,
    disk,
    deprecated: deprecation !== null,
    prices: pricesWithTraffic(type.locations, monthly),
    storage_type: 'local',
    cpu_type: cpu,
    category: cpu === 'shared' ? 'Shared vCPU' : 'Dedicated vCPU',
    architecture,
    deprecation,
    locations: type.locations.map(location => ({
      id: locationOf(location).id,
      name: location,
      deprecation,
      recommended: deprecation === null,
      available: !type.scarce.includes(location),
    })),
  }
}

export function showLoadBalancerType({ id, name, services, targets, monthly }: SimLoadBalancerType) {
  return {
    id,
    name,
    description: name.toUpperCase(),
    max_connections: 20_000,
    max_services: services,
    max_targets: targets,
    max_assigned_certificates: 10,
    deprecated: null,
    deprecation: null,
    prices: pricesWithTraffic(
      locations.map(({ name }) => name),
      monthly,
    ),
  }
}

export function showImage({ id, name, flavor, version, architecture, deprecated }: SimImage) {
  return {
    id,
    type: 'system',
    status: 'available',
    name,
    description: name,
    image_size: null,
    disk_size: 10,
    created: '2024-04-25T13:15:00Z',
    created_from: null,
    bound_to: null,
    os_flavor: flavor,
    os_version: version,
    rapid_deploy: true,
    protection: { delete: false },
    deprecated,
    deleted: null,
    labels: {},
    architecture,
  }
}
