/** The checksum that the POSIX program cksum prints. https://pubs.opengroup.org/onlinepubs/9699919799/utilities/cksum.html */
export function cksum(text: string): number {
  const bytes = [...Buffer.from(text)]
  const length: number[] = []
  for (let rest = bytes.length; rest > 0; rest = Math.floor(rest / 256)) length.push(rest % 256)
  const sum = [...bytes, ...length].reduce((crc, byte) => (crc << 8) ^ remainders[(crc >>> 24) ^ byte]!, 0)
  return ~sum >>> 0
}

const polynomial = 0x04c11db7

const remainders = Array.from({ length: 256 }, (_, byte) => {
  let remainder = byte << 24
  for (let bit = 0; bit < 8; bit++) remainder = (remainder << 1) ^ (remainder < 0 ? polynomial : 0)
  return remainder
})
