import {
  currency,
  images,
  ipv4Monthly,
  loadBalancerTypes,
  locations,
  serverTypes,
  vatRate,
  volumeMonthly,
} from '../catalogue.js'
import { pageOf } from '../pages.js'
import { amount, pricesIn, pricesWithTraffic } from '../prices.js'
import { notFound } from '../refusal.js'
import type { Route, Routes } from '../route.js'
import { showImage, showLoadBalancerType, showServerType } from '../shown.js'

interface Entry {
  id: number
  name: string
}

/** A list that never changes, and each of its entries. */
function offers<One extends Entry>(
  many: string,
  one: string,
  entries: readonly One[],
  show: (entry: One) => unknown,
  isWanted: (entry: One, query: URLSearchParams) => boolean = () => true,
): Record<string, Route> {
  return {
    [`GET /${many}`]: ({ query }, { settings }) => {
      const name = query.get('name')
      const found = entries.filter(entry => (name === null || entry.name === name) && isWanted(entry, query))
      const { items, meta } = pageOf(found, query, settings.hidesTotals)
      return { status: 200, body: { [many]: items.map(show), meta } }
    },
    [`GET /${many}/{id}`]: ({ id }) => {
      const entry = entries.find(entry => entry.id === id)
      if (!entry) throw notFound(one, id)
      return { status: 200, body: { [one]: show(entry) } }
    },
  }
}

const everywhere = locations.map(({ name }) => name)

export const catalogueRoutes: Routes = {
  ...offers('locations', 'location', locations, location => location),
  ...offers('server_types', 'server_type', serverTypes, showServerType),
  ...offers('load_balancer_types', 'load_balancer_type', loadBalancerTypes, showLoadBalancerType),
  ...offers(
    'images',
    'image',
    images,
    showImage,
    ({ deprecated, architecture }, query) =>
      (deprecated === null || query.get('include_deprecated') === 'true') &&
      [architecture, null].includes(query.get('architecture') as typeof architecture | null) &&
      (!query.has('type') || query.getAll('type').includes('system')) &&
      (!query.has('status') || query.getAll('status').includes('available')),
  ),
  'GET /pricing': () => ({
    status: 200,
    body: {
      pricing: {
        currency,
        vat_rate: vatRate.toFixed(6),
        primary_ips: [
          { type: 'ipv4', prices: pricesIn(everywhere, ipv4Monthly) },
          { type: 'ipv6', prices: pricesIn(everywhere, 0) },
        ],
        floating_ips: [],
        floating_ip: { price_monthly: amount(3) },
        image: { price_per_gb_month: amount(0.011) },
        volume: { price_per_gb_month: amount(volumeMonthly) },
        server_backup: { percentage: '20.0000000000' },
        server_types: serverTypes.map(({ id, name, locations, monthly }) => ({
          id,
          name,
          prices: pricesWithTraffic(locations, monthly),
        })),
        load_balancer_types: loadBalancerTypes.map(({ id, name, monthly }) => ({
          id,
          name,
          prices: pricesWithTraffic(everywhere, monthly),
        })),
      },
    },
  }),
}
