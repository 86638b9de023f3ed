/** A range of IPv4 addresses, as numbers. */
export interface Range {
  first: number
  last: number
  /** The length of its prefix. */
  prefix: number
}

/** Undefined for what is no range, or has bits set behind its prefix. */
export function parseRange(text: string): Range | undefined {
  const [, address, length] = /^([\d.]+)\/(\d{1,2})$/.exec(text) ?? []
  const first = parseAddress(address ?? '')
  const prefix = Number(length)
  if (first === undefined || prefix > 32) return undefined
  const size = 2 ** (32 - prefix)
  return first % size === 0 ? { first, last: first + size - 1, prefix } : undefined
}

function parseAddress(text: string): number | undefined {
  const bytes = text.split('.').map(Number)
  const isAddress =
    /^\d{1,3}(\.\d{1,3}){3}$/.test(text) && bytes.length === 4 && bytes.every(byte => byte <= 255)
  return isAddress ? bytes.reduce((sum, byte) => sum * 256 + byte, 0) : undefined
}

export function formatAddress(address: number): string {
  return [24, 16, 8, 0].map(shift => Math.floor(address / 2 ** shift) % 256).join('.')
}

export function formatRange({ first, prefix }: Range): string {
  return `${formatAddress(first)}/${prefix}`
}

export function contains(outer: Range, inner: Range): boolean {
  return outer.first <= inner.first && inner.last <= outer.last
}

export function overlaps(one: Range, other: Range): boolean {
  return one.first <= other.last && other.first <= one.last
}

const privateRanges = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16'].map(text => parseRange(text)!)

/** Whether it is one of RFC 1918. */
export function isPrivate(range: Range): boolean {
  return privateRanges.some(outer => contains(outer, range))
}

/** The lowest address of a range that is not taken: neither its first nor its last, nor one in `taken`. */
export function freeAddress(range: Range, taken: ReadonlySet<string>): string | undefined {
  for (let address = range.first + 1; address < range.last; address += 1) {
    const text = formatAddress(address)
    if (!taken.has(text)) return text
  }
  return undefined
}
