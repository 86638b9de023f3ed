import { expect, it } from 'vitest'
import { billOf, type Priced } from '../../../src/drivers/hetzner/cost.js'
import { formatBill } from '../../../src/drivers/hetzner/describe-plan.js'
import { formatAmount, readPrice, sum, times } from '../../../src/drivers/hetzner/money.js'
import type { Pricing } from '../../../src/hcloud/resources/catalogue.js'

const price = (net: string, gross: string) => ({ net, gross })
const at = (location: string, hour: string, month: string) => ({
  location,
  price_hourly: price(hour, hour),
  price_monthly: price(month, month),
})
const pricing: Pricing = {
  currency: 'EUR',
  vat_rate: '19.000000',
  server_types: [{ name: 'cx33', prices: [at('fsn1', '0.0136', '8.4900000000'), at('ash', '0.02', '10')] }],
  load_balancer_types: [{ name: 'lb11', prices: [at('fsn1', '0.012', '7.59')] }],
  primary_ips: [
    { type: 'ipv6', prices: [at('fsn1', '0', '0')] },
    { type: 'ipv4', prices: [at('fsn1', '0.0008', '0.5'), at('ash', '0.0008', '0.5')] },
  ],
  volume: { price_per_gb_month: price('0.0440000000', '0.0523600000000000') },
}
const server = (location: string, hasIpv4 = true): Priced => ({
  what: 'server',
  type: 'cx33',
  location,
  hasIpv4,
})

it.each<[what: string, items: Priced[], monthly: string, hourly: string]>([
  ['nothing', [], '0.00', '0.0000'],
  ['a server and its address', [server('fsn1')], '8.99', '0.0144'],
  ['a server without an address of IPv4', [server('fsn1', false)], '8.49', '0.0136'],
  ['a server where it costs more', [server('ash')], '10.50', '0.0208'],
  ['a load balancer', [{ what: 'load balancer', type: 'lb11', location: 'fsn1' }], '7.59', '0.0120'],
  ['a volume of 100 GB', [{ what: 'volume', gigabytes: 100 }], '4.40', '0.0060'],
  ['three servers', [server('fsn1'), server('fsn1'), server('fsn1')], '26.97', '0.0432'],
])('adds up %s', (_what, items, monthly, hourly) => {
  const bill = billOf(items, pricing)
  expect([formatAmount(bill.monthly.net, 2), formatAmount(bill.hourly.net, 4)]).toEqual([monthly, hourly])
})

it('names what has no price instead of taking it for free', () => {
  expect(formatBill(billOf([server('fsn1'), server('hel1')], pricing))).toBe(
    '8.99 EUR per month net, 8.99 gross; 0.0144 per hour net, 0.0144 gross; without server cx33 in hel1, which has no price',
  )
})

it.each([
  ['8.4900000000', 2, '8.49'],
  ['1.1900000000000000', 2, '1.19'],
  ['0.005', 2, '0.01'],
  ['0.0049999999', 2, '0.00'],
  ['1234567.891', 2, '1234567.89'],
  ['-3.456', 2, '-3.46'],
  ['-0.001', 2, '0.00'],
  ['7', 0, '7'],
])('shows %s with %i places as %s', (text, places, shown) => {
  expect(formatAmount(readPrice(price(text, text)).net, places)).toBe(shown)
})

it('adds a thousand times a tenth to exactly a hundred', () => {
  const tenth = readPrice(price('0.1', '0.1'))
  expect(sum(Array.from({ length: 1000 }, () => tenth))).toEqual(times(tenth, 1000))
  expect(formatAmount(times(tenth, 1000).net, 10)).toBe('100.0000000000')
})

it.each(['', 'free', '1e3', '1,5', 'NaN'])('takes %j for no amount', text => {
  expect(() => readPrice(price(text, text))).toThrow('is no amount')
})
