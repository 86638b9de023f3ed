import { vatRate } from './catalogue.js'

/** An amount as the API writes it: a decimal number with ten places, without and with VAT. */
export function amount(net: number): { net: string; gross: string } {
  return { net: net.toFixed(10), gross: (net * (1 + vatRate / 100)).toFixed(10) }
}

const hoursOfMonth = 624

/** The price in each location. What an hour costs is such that a month of hours costs more than a month. */
export function pricesIn(locations: readonly string[], monthly: number) {
  return locations.map(location => ({
    location,
    price_hourly: amount(monthly / hoursOfMonth),
    price_monthly: amount(monthly),
  }))
}

const traffic = { included_traffic: 21_990_232_555_520, price_per_tb_traffic: amount(1) }

export function pricesWithTraffic(locations: readonly string[], monthly: number) {
  return pricesIn(locations, monthly).map(price => ({ ...price, ...traffic }))
}
