import { createHash } from 'node:crypto'

/**
 * The MD5 fingerprint of a public key, given as a line of `authorized_keys` or a `.pub` file: `MD5:` and 16 pairs of
 * small hexadecimal digits, as the second field of `ssh-keygen -E md5 -lf` has it. Undefined when it is no key.
 */
export function fingerprint(publicKey: string): string | undefined {
  const blob = publicKey.split(/\r?\n/).map(blobOf).find(Boolean)
  if (!blob) return undefined
  const pairs = createHash('md5').update(blob).digest('hex').match(/../g)!
  return `MD5:${pairs.join(':')}`
}

/** The key itself. It begins with the length and the name of its type (RFC 4253, 6.6), which the line names too. */
function blobOf(line: string): Buffer | undefined {
  if (/^\s*#/.test(line)) return undefined
  const [, type = '', base64 = ''] =
    /(?:^|\s)((?:ssh|ecdsa|sk)-\S+)\s+([A-Za-z0-9+/]+={0,2})(?:\s|$)/.exec(line) ?? []
  const blob = Buffer.from(base64, 'base64')
  const isKey = type !== '' && blob.length > 4 + type.length && blob.readUInt32BE(0) === type.length
  return isKey && blob.subarray(4, 4 + type.length).toString() === type ? blob : undefined
}
