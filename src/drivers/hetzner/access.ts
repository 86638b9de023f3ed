import { LoError } from '../../errors.js'
import type { Server } from '../../hcloud/resources/servers.js'
import { label } from './labels.js'
import { digestOf, keyOf, keyOfLabel, type SshKeyPair } from './openssh.js'
import type { Found } from './plan.js'
import { deriveSecrets, type Secrets } from './secrets.js'

/** How the servers of a cluster are entered, and how they prove who they are. */
export interface Access {
  /** The key that new servers let in, and all of them after a recovery. */
  key: SshKeyPair
  /** The key that the servers which are there let in, when it is another one. */
  older: SshKeyPair | undefined
  secrets: Secrets
  /** What nodes may have joined by, as it follows from the tokens there are. */
  joinTokens: readonly string[]
  /** The keys by which a server may prove who it is. */
  hostKeysOf: (server: Pick<Server, 'name' | 'labels'>) => string[]
}

export interface Credentials {
  token: string
  previousToken: string | undefined
  /** Instead of the derived one. */
  keyFile: SshKeyPair | undefined
}

/** Which key pair the servers of a cluster let in, as its labels say. */
export function knownKeyOf({ sshKeys, networks }: Pick<Found, 'sshKeys' | 'networks'>): string | undefined {
  return sshKeys[0]?.labels[label.key] ?? networks[0]?.labels[label.key]
}

/**
 * The keys of a cluster, from what follows from the token. `known` is what `knownKeyOf` says.
 * Throws `TOKEN_REFUSED` when the servers let in none of the keys there are.
 */
export function planAccess(
  { token, previousToken, keyFile }: Credentials,
  cluster: string,
  uid: string,
  known: string | undefined,
): Access {
  const secrets = deriveSecrets(token, cluster, uid)
  const previous = previousToken === undefined ? undefined : deriveSecrets(previousToken, cluster, uid)
  const all = previous ? [secrets, previous] : [secrets]
  const key = keyFile ?? secrets.userKey
  return {
    key,
    older: olderKey(known, key, [secrets.userKey, previous?.userKey], cluster),
    secrets,
    joinTokens: all.map(({ k3sToken }) => k3sToken),
    hostKeysOf: server => hostKeysOf(server, all),
  }
}

function olderKey(
  id: string | undefined,
  key: SshKeyPair,
  others: readonly (SshKeyPair | undefined)[],
  cluster: string,
): SshKeyPair | undefined {
  if (id === undefined || id === digestOf(key.publicKey)) return undefined
  const older = others.find(other => other && digestOf(other.publicKey) === id)
  if (older) return older
  throw new LoError(
    'TOKEN_REFUSED',
    `The cluster ${cluster} was created with another token, or another key.`,
    {
      detail: 'The key that its servers let in follows from neither HCLOUD_TOKEN nor HCLOUD_TOKEN_PREVIOUS.',
      hint: 'Set HCLOUD_TOKEN_PREVIOUS to the token before this one, once, or LO_SSH_KEY_FILE to the file of the key.',
    },
  )
}

/**
 * Only its own key, as soon as it has one. Until then the one of its first boot, which nobody but its user data has told;
 * what could read that, a pod, has not run there yet.
 */
function hostKeysOf({ name, labels }: Pick<Server, 'name' | 'labels'>, all: readonly Secrets[]): string[] {
  const own = keyOfLabel(labels[label.hostKey] ?? '')
  if (own) return [own]
  const next = keyOfLabel(labels[label.nextHostKey] ?? '')
  return [...(next ? [next] : []), ...all.map(({ hostKey }) => keyOf(hostKey(name).publicKey))]
}
