import { createHash, createPrivateKey, createPublicKey } from 'node:crypto'

/** An ed25519 key as OpenSSH reads it. */
export interface SshKeyPair {
  /** One line: type, key, comment. */
  publicKey: string
  /** The text of a private key file, without a passphrase. Secret. */
  privateKey: string
}

const type = 'ssh-ed25519'
/** What stands before the 32 bytes of a private key in PKCS #8: RFC 8410, section 7. */
const pkcs8 = Buffer.from('302e020100300506032b657004220420', 'hex')

/** The key pair of a seed of 32 bytes: the same seed gives the same text. `comment` is a name without line breaks. */
export function keyPairOf(seed: Buffer, comment: string): SshKeyPair {
  const key = createPrivateKey({ key: Buffer.concat([pkcs8, seed]), format: 'der', type: 'pkcs8' })
  const point = createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(-32)
  return {
    publicKey: `${type} ${blobOf(point).toString('base64')} ${comment}`,
    privateKey: armor(privateBlob(seed, point, comment)),
  }
}

/** https://github.com/openssh/openssh-portable/blob/master/PROTOCOL.key */
function privateBlob(seed: Buffer, point: Buffer, comment: string): Buffer {
  // Two equal numbers by which a reader tells that decryption worked. Nothing is encrypted here.
  const check = createHash('sha256').update(point).digest().subarray(0, 4)
  const secret = [check, check, text(type), text(point), text(Buffer.concat([seed, point])), text(comment)]
  return Buffer.concat([
    Buffer.from('openssh-key-v1\0'),
    text('none'),
    text('none'),
    text(''),
    number(1),
    text(blobOf(point)),
    text(pad(Buffer.concat(secret))),
  ])
}

function blobOf(point: Buffer): Buffer {
  return Buffer.concat([text(type), text(point)])
}

function pad(block: Buffer): Buffer {
  const missing = (8 - (block.length % 8)) % 8
  return Buffer.concat([block, Buffer.from(Array.from({ length: missing }, (_, index) => index + 1))])
}

function armor(blob: Buffer): string {
  const lines = blob.toString('base64').match(/.{1,70}/g) ?? []
  return ['-----BEGIN OPENSSH PRIVATE KEY-----', ...lines, '-----END OPENSSH PRIVATE KEY-----', ''].join('\n')
}

/** A string of RFC 4251, section 5: its length, then its bytes. */
function text(value: string | Buffer): Buffer {
  const bytes = Buffer.from(value)
  return Buffer.concat([number(bytes.length), bytes])
}

function number(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}

/** The key without its comment, as it is compared: `ssh-ed25519 AAAA…`. */
export function keyOf(publicKey: string): string {
  return publicKey.trim().split(/\s+/).slice(0, 2).join(' ')
}

function bytesOf(publicKey: string): Buffer {
  return Buffer.from(publicKey.trim().split(/\s+/)[1] ?? '', 'base64')
}

/** As `ssh-keygen -E md5 -lf` prints it behind `MD5:`, and as the Hetzner Cloud API has it: pairs of digits. */
export function fingerprintOf(publicKey: string): string {
  return createHash('md5').update(bytesOf(publicKey)).digest('hex').match(/../g)!.join(':')
}

/** 52 letters and digits that name a key, and fit into a label, which base64 does not. */
export function digestOf(publicKey: string): string {
  return base32(createHash('sha256').update(bytesOf(publicKey)).digest())
}

/** A key of ed25519 as 52 letters and digits, which fit into a label: the key itself, not a digest of it. */
export function labelOfKey(publicKey: string): string {
  return base32(bytesOf(publicKey).subarray(-keyLength))
}

/** The key that such a label holds, as OpenSSH writes it; undefined for any other text. */
export function keyOfLabel(label: string): string | undefined {
  const bytes = bytesOfBase32(label)
  return bytes?.length === keyLength ? `${type} ${blobOf(bytes).toString('base64')}` : undefined
}

/** Bytes of a public key of ed25519. */
const keyLength = 32

const letters = 'abcdefghijklmnopqrstuvwxyz234567'

/** RFC 4648 in lower case, without padding. */
export function base32(bytes: Buffer): string {
  const bits = [...bytes].map(byte => byte.toString(2).padStart(8, '0')).join('')
  const groups = bits.match(/.{1,5}/g) ?? []
  return groups.map(group => letters[Number.parseInt(group.padEnd(5, '0'), 2)]).join('')
}

function bytesOfBase32(text: string): Buffer | undefined {
  const values = [...text].map(letter => letters.indexOf(letter))
  if (values.includes(-1)) return undefined
  const bits = values.map(value => value.toString(2).padStart(5, '0')).join('')
  const bytes = bits.match(/.{8}/g) ?? []
  return Buffer.from(bytes.map(byte => Number.parseInt(byte, 2)))
}
