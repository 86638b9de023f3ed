import { hkdfSync, randomBytes } from 'node:crypto'
import { base32, keyPairOf, type SshKeyPair } from './openssh.js'

/** A number that tells one cluster from every other, those of the same name among them: 16 hexadecimal digits. */
export function newUid(): string {
  return randomBytes(8).toString('hex')
}

/** Whether it is one that `newUid` could have made. */
export function isUid(text: string): boolean {
  return /^[0-9a-f]{16}$/.test(text)
}

/**
 * All secrets of a cluster follow from the API token and the cluster's uid, so nothing has to be stored: whoever has the
 * token can already do anything to the servers, and none of what follows from it leads back to it (RFC 5869).
 */
export interface Secrets {
  /** Opens the servers. */
  userKey: SshKeyPair
  /** By which a new server proves who it is, until it has a key of its own. */
  hostKey: (server: string) => SshKeyPair
  /** By which nodes join. Used for the first control plane only: afterwards a living one tells. */
  k3sToken: string
}

/** `cluster` is its name, `uid` its number. */
export function deriveSecrets(token: string, cluster: string, uid: string): Secrets {
  const seed = (purpose: string, name: string) =>
    Buffer.from(hkdfSync('sha256', token, 'lok8s/hetzner/v1', `${purpose}|${uid}|${name}`, 32))
  return {
    userKey: keyPairOf(seed('ssh-user', cluster), `${cluster}-lo`),
    hostKey: server => keyPairOf(seed('ssh-host-bootstrap', server), server),
    k3sToken: base32(seed('k3s-token', cluster)),
  }
}
