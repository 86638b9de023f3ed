import type { Api } from '../api.js'
import { listAll } from './collection.js'

interface Deprecation {
  announced: string
  unavailable_after: string
}

/** https://docs.hetzner.cloud/reference/cloud#tag/locations */
export interface Location {
  name: string
  city: string
  network_zone: string
}

/** https://docs.hetzner.cloud/reference/cloud#tag/server-types. A location that is not listed does not have it. */
export interface ServerType {
  name: string
  cores: number
  /** Gigabytes. */
  memory: number
  disk: number
  architecture: 'x86' | 'arm'
  locations: {
    name: string
    /** A hint, not a promise: types that are said to be sold out have been sold. */
    available: boolean
    deprecation: Deprecation | null
  }[]
}

/** https://docs.hetzner.cloud/reference/cloud#tag/load-balancer-types */
export interface LoadBalancerType {
  name: string
  max_services: number
  max_targets: number
  deprecation: Deprecation | null
  prices: { location: string }[]
}

/** https://docs.hetzner.cloud/reference/cloud#tag/images */
export interface Image {
  name: string | null
  architecture: 'x86' | 'arm'
  status: 'available' | 'creating' | 'unavailable'
  deprecated: string | null
}

/** An amount in the currency of the project's owner, as a decimal number. */
export interface Price {
  net: string
  gross: string
}

export interface LocationPrice {
  location: string
  price_hourly: Price
  price_monthly: Price
}

/** https://docs.hetzner.cloud/reference/cloud#tag/pricing; only what `lo` uses. */
export interface Pricing {
  currency: string
  vat_rate: string
  server_types: { name: string; prices: LocationPrice[] }[]
  load_balancer_types: { name: string; prices: LocationPrice[] }[]
  primary_ips: { type: 'ipv4' | 'ipv6'; prices: LocationPrice[] }[]
  volume: { price_per_gb_month: Price }
}

/** What Hetzner offers, and at what price. */
export interface Catalogue {
  locations: () => Promise<Location[]>
  serverTypes: () => Promise<ServerType[]>
  loadBalancerTypes: () => Promise<LoadBalancerType[]>
  /** Images of Hetzner's own with this name, one for each architecture; deprecated ones too. */
  images: (name: string) => Promise<Image[]>
  pricing: () => Promise<Pricing>
}

export function openCatalogue(api: Api): Catalogue {
  return {
    locations: () => listAll<Location>(api, { many: 'locations', noun: 'location' }),
    serverTypes: () => listAll<ServerType>(api, { many: 'server_types', noun: 'server type' }),
    loadBalancerTypes: () =>
      listAll<LoadBalancerType>(api, { many: 'load_balancer_types', noun: 'load balancer type' }),
    images: name =>
      listAll<Image>(
        api,
        { many: 'images', noun: 'image' },
        { name, type: 'system', include_deprecated: true },
      ),
    pricing: async () => {
      const { pricing } = await api.call<{ pricing: Pricing }>({
        kind: 'read',
        method: 'GET',
        path: '/pricing',
        about: 'the prices',
      })
      return pricing
    },
  }
}
