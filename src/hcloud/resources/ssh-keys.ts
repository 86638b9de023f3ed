import type { Api } from '../api.js'
import { collectionOf, type Kind, listAll, type Resource } from './collection.js'
import { type Creatable, createOnce, type Named } from './create.js'

/** https://docs.hetzner.cloud/reference/cloud#tag/ssh-keys */
export interface SshKey extends Resource {
  /** MD5, as 16 pairs of hexadecimal digits with colons between them. */
  fingerprint: string
  public_key: string
}

export interface SshKeyWanted extends Named {
  public_key: string
}

export interface SshKeys extends Creatable<SshKey, SshKeyWanted> {
  /** The key of this fingerprint, whatever its name: a project holds each key once. */
  withFingerprint: (fingerprint: string) => Promise<SshKey | undefined>
}

const kind: Kind = { many: 'ssh_keys', one: 'ssh_key', noun: 'SSH key' }

export function openSshKeys(api: Api): SshKeys {
  return {
    ...collectionOf<SshKey>(api, kind),
    create: wanted => createOnce<SshKey>(api, kind, wanted),
    withFingerprint: async fingerprint => (await listAll<SshKey>(api, kind, { fingerprint }))[0],
  }
}
