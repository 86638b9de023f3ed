import type { LocationPrice, Pricing } from '../../hcloud/resources/catalogue.js'
import { type Money, nothing, readPrice, sum, times } from './money.js'

/** Something that costs money for as long as it exists. */
export type Priced =
  | { what: 'server'; type: string; location: string; hasIpv4: boolean }
  | { what: 'load balancer'; type: string; location: string }
  | { what: 'volume'; gigabytes: number }

export interface Cost {
  hourly: Money
  monthly: Money
}

/** What a cluster costs, and what the price list has no price for. */
export interface Bill extends Cost {
  currency: string
  unknown: string[]
}

const hoursOfMonth = 730n

/** By the price list of the account itself, with its currency and VAT. A volume is priced by the month alone. */
export function billOf(items: readonly Priced[], pricing: Pricing): Bill {
  const prices = items.map(item => ({ item, cost: costOf(item, pricing) }))
  const known = prices.flatMap(({ cost }) => (cost ? [cost] : []))
  return {
    hourly: sum(known.map(({ hourly }) => hourly)),
    monthly: sum(known.map(({ monthly }) => monthly)),
    currency: pricing.currency,
    unknown: prices.flatMap(({ item, cost }) => (cost ? [] : [nameOf(item)])),
  }
}

function costOf(item: Priced, pricing: Pricing): Cost | undefined {
  switch (item.what) {
    case 'server': {
      const server = find(pricing.server_types, ({ name }) => name === item.type, item.location)
      const ipv4 = find(pricing.primary_ips, ({ type }) => type === 'ipv4', item.location)
      const address = item.hasIpv4 ? ipv4 : { hourly: nothing, monthly: nothing }
      return server && address && add(server, address)
    }
    case 'load balancer':
      return find(pricing.load_balancer_types, ({ name }) => name === item.type, item.location)
    case 'volume': {
      const monthly = times(readPrice(pricing.volume.price_per_gb_month), item.gigabytes)
      return { hourly: perHour(monthly), monthly }
    }
  }
}

function find<Entry extends { prices: LocationPrice[] }>(
  entries: readonly Entry[],
  isMeant: (entry: Entry) => boolean,
  location: string,
): Cost | undefined {
  const price = entries.find(isMeant)?.prices.find(one => one.location === location)
  return price && { hourly: readPrice(price.price_hourly), monthly: readPrice(price.price_monthly) }
}

function add(one: Cost, other: Cost): Cost {
  return { hourly: sum([one.hourly, other.hourly]), monthly: sum([one.monthly, other.monthly]) }
}

function perHour({ net, gross }: Money): Money {
  return { net: net / hoursOfMonth, gross: gross / hoursOfMonth }
}

function nameOf(item: Priced): string {
  return item.what === 'volume' ? 'a volume' : `${item.what} ${item.type} in ${item.location}`
}
