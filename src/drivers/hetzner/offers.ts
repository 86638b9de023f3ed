import type {
  Image,
  LoadBalancerType,
  Location,
  Pricing,
  ServerType,
} from '../../hcloud/resources/catalogue.js'
import type { Pool, Wanted } from './wanted.js'

/** What Hetzner offers at this moment. */
export interface Offers {
  locations: Location[]
  serverTypes: ServerType[]
  loadBalancerTypes: LoadBalancerType[]
  /** Those of the wanted name. */
  images: Image[]
  pricing: Pricing
}

/** A type in a location in which it can be ordered. */
export interface Candidate {
  type: ServerType
  location: string
  /** Hetzner says that some are left. It is a hint: what is said to be sold out has been sold. */
  isAvailable: boolean
}

/** The type of the load balancer before the API: the smallest there is. */
export const balancerType = 'lb11'

/**
 * Where servers of a pool can be ordered, in the order in which that is tried: as the spec has it, those first of which
 * some are said to be left.
 */
export function candidatesOf(pool: Pool, wanted: Wanted, offers: Offers, today: Date): Candidate[] {
  const all = wanted.locations.flatMap(location =>
    pool.types.flatMap(name => {
      const type = offers.serverTypes.find(one => one.name === name)
      const offer = type?.locations.find(one => one.name === location)
      if (!type || !offer || isOver(offer.deprecation, today)) return []
      return [{ type, location, isAvailable: offer.available }]
    }),
  )
  return [...all.filter(({ isAvailable }) => isAvailable), ...all.filter(({ isAvailable }) => !isAvailable)]
}

type Deprecation = { unavailable_after: string } | null

function isOver(deprecation: Deprecation, today: Date): boolean {
  return deprecation !== null && Date.parse(deprecation.unavailable_after) <= today.getTime()
}

export interface Findings {
  /** Nothing can be made. */
  problems: string[]
  warnings: string[]
}

/** What of a wanted cluster Hetzner does not have, before anything is made. */
export function checkOffers(wanted: Wanted, offers: Offers, today: Date): Findings {
  const locations = checkLocations(wanted, offers)
  if (locations.length > 0) return { problems: locations, warnings: [] }
  const pools = [wanted.controlPlane, ...wanted.workers]
    .filter(({ replicas }) => replicas > 0)
    .map(pool => checkPool(pool, wanted, offers, today))
  const needsBalancer = wanted.controlPlane.replicas > 1
  const hasBalancer = offers.loadBalancerTypes.some(({ name }) => name === balancerType)
  return {
    problems: [
      ...pools.flatMap(({ problems }) => problems),
      ...(needsBalancer && !hasBalancer
        ? [`Hetzner has no load balancer of type ${balancerType} any more.`]
        : []),
    ],
    warnings: pools.flatMap(({ warnings }) => warnings),
  }
}

function checkLocations(wanted: Wanted, { locations }: Offers): string[] {
  const known = locations.map(({ name }) => name).join(', ')
  const unknown = wanted.locations.filter(name => !locations.some(one => one.name === name))
  if (unknown.length > 0) {
    return unknown.map(name => `There is no location ${name}; there are ${known}.`)
  }
  const zones = new Set(wanted.locations.map(name => zoneOf(name, locations)))
  if (zones.size === 1) return []
  return [
    `The locations ${wanted.locations.join(', ')} are in different network zones; one network is in one of them.`,
  ]
}

/** The network zone of a location that exists. */
export function zoneOf(name: string, locations: readonly Location[]): string {
  return locations.find(one => one.name === name)!.network_zone
}

function checkPool(pool: Pool, wanted: Wanted, offers: Offers, today: Date): Findings {
  const what = pool.role === 'control-plane' ? 'the control plane' : `pool ${pool.name}`
  const unknown = pool.types.filter(name => !offers.serverTypes.some(type => type.name === name))
  const problems = unknown.map(name => `There is no server type ${name}, which ${what} wants.`)
  const candidates = candidatesOf(pool, wanted, offers, today)
  const first = candidates[0]
  if (!first) {
    const where = wanted.locations.join(', ')
    const none = `None of the types of ${what} (${pool.types.join(', ')}) can be ordered in ${where}.`
    return { problems: [...problems, none], warnings: [] }
  }
  const architectures = new Set(candidates.map(({ type }) => type.architecture))
  for (const architecture of architectures) {
    const isThere = offers.images.some(image => image.architecture === architecture)
    if (!isThere) problems.push(`There is no image ${wanted.image} for ${architecture}, which ${what} needs.`)
  }
  const { name, locations } = first.type
  const end = locations.find(one => one.name === first.location)!.deprecation?.unavailable_after
  const warnings = [
    ...(first.isAvailable ? [] : [`Hetzner says that no server for ${what} is left; lo tries all the same.`]),
    ...(end ? [`Servers of type ${name} (${what}) are sold until ${end.slice(0, 10)} only.`] : []),
    ...(offers.images.some(({ deprecated }) => deprecated !== null)
      ? [`The image ${wanted.image} is deprecated.`]
      : []),
  ]
  return { problems, warnings }
}
