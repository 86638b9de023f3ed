import { createHash } from 'node:crypto'
import { checkBody } from '../body.js'
import { invalid, Refusal } from '../refusal.js'
import { commonRoutes, find, type Kind, newItem } from '../resources.js'
import type { Routes } from '../route.js'
import type { SshKeyItem } from '../state.js'
import { dateOf } from '../world.js'

export const sshKeyKind: Kind<SshKeyItem> = {
  many: 'ssh_keys',
  one: 'ssh_key',
  noun: 'SSH key',
  itemsOf: state => state.sshKeys,
  name: /^.{1,255}$/,
  isNameUnique: true,
  render: ({ id, name, labels, created, fingerprint, publicKey }) => ({
    id,
    name,
    fingerprint,
    public_key: publicKey,
    labels,
    created: dateOf(created),
  }),
  filters: { fingerprint: (key, wanted) => wanted.includes(key.fingerprint) },
}

export const sshKeyRoutes: Routes = {
  ...commonRoutes(sshKeyKind),
  'POST /ssh_keys': ({ body }, world) => {
    const checked = checkBody(body, { name: 'text!', public_key: 'text!', labels: 'object' })
    const publicKey = checked.public_key as string
    const fingerprint = fingerprintOf(publicKey)
    if ([...world.state.sshKeys.values()].some(key => key.fingerprint === fingerprint)) {
      throw new Refusal(409, 'uniqueness_error', 'SSH key with the same fingerprint already exists', {
        fields: [{ name: 'public_key' }],
      })
    }
    const key: SshKeyItem = { ...newItem(sshKeyKind, checked, world), publicKey, fingerprint }
    world.state.sshKeys.set(key.id, key)
    return { status: 201, body: { ssh_key: sshKeyKind.render(key, world) } }
  },
  'DELETE /ssh_keys/{id}': ({ id }, world) => {
    find(sshKeyKind, id, world)
    world.state.sshKeys.delete(id)
    return { status: 204 }
  },
}

function fingerprintOf(publicKey: string): string {
  const [, blob] = /^(?:ssh-|ecdsa-)[\w@.-]+ ([A-Za-z0-9+/]+=*)(?: .*)?$/.exec(publicKey.trim()) ?? []
  if (!blob) throw invalid('public_key', 'is not a public key')
  const digest = createHash('md5').update(Buffer.from(blob, 'base64')).digest('hex')
  return digest.match(/../g)!.join(':')
}
