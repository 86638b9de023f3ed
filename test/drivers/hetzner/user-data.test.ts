import { expect, it } from 'vitest'
import { parse } from 'yaml'
import { deriveSecrets } from '../../../src/drivers/hetzner/secrets.js'
import { renderUserData } from '../../../src/drivers/hetzner/user-data.js'
import { complainOfUserData, itWithCheckers } from '../../helpers/checkers.js'
import { uid } from './clusters.js'

const token = 'T'.repeat(64)
const secrets = deriveSecrets(token, 'prod', uid)
const hostKey = secrets.hostKey('prod-cp-1')
const userData = renderUserData({ userKey: secrets.userKey.publicKey, hostKey })

itWithCheckers('is accepted by cloud-init', async () => {
  expect(await complainOfUserData(userData)).toBe('')
})

itWithCheckers('would not be accepted with a mistake in it', async () => {
  const wrong = userData.replace('ssh_pwauth: false', 'ssh_pwauth: [1]')
  expect(await complainOfUserData(wrong)).not.toBe('')
})

it('lets the one key in, and gives the server the key that is expected of it', () => {
  expect(userData.startsWith('#cloud-config\n')).toBe(true)
  expect(parse(userData)).toMatchObject({
    ssh_authorized_keys: [secrets.userKey.publicKey],
    ssh_keys: { ed25519_private: hostKey.privateKey, ed25519_public: hostKey.publicKey },
    ssh_pwauth: false,
  })
})

it('keeps every secret but its own first host key to itself', () => {
  const others = [
    token,
    secrets.k3sToken,
    secrets.userKey.privateKey,
    secrets.hostKey('prod-cp-2').privateKey,
  ]
  const lines = others.flatMap(secret => secret.split('\n').filter(line => line && !line.startsWith('-----')))
  // The first line of every private key is the same: it tells the format.
  const format = hostKey.privateKey.split('\n')[1]
  for (const line of lines.filter(line => line !== format)) expect(userData).not.toContain(line)
})

it('is far from the 32 KiB that the API takes', () => {
  expect(Buffer.byteLength(userData)).toBeLessThan(4096)
})

it('installs nothing: a mirror that is down keeps no node from joining', () => {
  expect(parse(userData)).not.toHaveProperty('packages')
  expect(parse(userData)).toMatchObject({ package_update: false, package_upgrade: false })
})
