import type { Price } from '../../hcloud/resources/catalogue.js'

/** An amount in units of 10^-16, so that sums of decimal numbers are exact. */
export interface Money {
  net: bigint
  gross: bigint
}

const places = 16
const one = 10n ** BigInt(places)

export const nothing: Money = { net: 0n, gross: 0n }

/** Amounts as the API writes them: decimal numbers without an exponent. */
export function readPrice({ net, gross }: Price): Money {
  return { net: readAmount(net), gross: readAmount(gross) }
}

function readAmount(text: string): bigint {
  const [, sign, whole, fraction = ''] = /^(-?)(\d+)(?:\.(\d+))?$/.exec(text) ?? []
  if (whole === undefined) throw new TypeError(`${text} is no amount`)
  const units = BigInt(whole) * one + BigInt(fraction.slice(0, places).padEnd(places, '0'))
  return sign ? -units : units
}

export function sum(amounts: readonly Money[]): Money {
  return amounts.reduce(
    (total, { net, gross }) => ({ net: total.net + net, gross: total.gross + gross }),
    nothing,
  )
}

export function times({ net, gross }: Money, count: number): Money {
  return { net: net * BigInt(count), gross: gross * BigInt(count) }
}

/** Rounded half up to so many decimal places: `8.49`. */
export function formatAmount(amount: bigint, decimals: number): string {
  const step = 10n ** BigInt(places - decimals)
  const rounded = (amount < 0n ? -amount : amount) + step / 2n
  const digits = String(rounded / step).padStart(decimals + 1, '0')
  const text = decimals > 0 ? `${digits.slice(0, -decimals)}.${digits.slice(-decimals)}` : digits
  return amount < 0n && /[1-9]/.test(text) ? `-${text}` : text
}
