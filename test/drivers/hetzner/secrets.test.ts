import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { planAccess } from '../../../src/drivers/hetzner/access.js'
import { base32, digestOf, fingerprintOf, keyOf, keyPairOf } from '../../../src/drivers/hetzner/openssh.js'
import { deriveSecrets, isUid, newUid } from '../../../src/drivers/hetzner/secrets.js'
import { makeFolder } from '../../helpers/project.js'

const token = 'T'.repeat(64)
const uid = '0123456789abcdef'
const secrets = deriveSecrets(token, 'prod', uid)

const keygen = (...args: string[]) => execFileSync('ssh-keygen', args, { encoding: 'utf8' }).trim()

function save(name: string, text: string): string {
  const file = path.join(makeFolder(), name)
  writeFileSync(file, text, { mode: 0o600 })
  return file
}

it.each(['prod', 'a', 'a-name-of-another-length'])('makes keys that OpenSSH reads (%s)', name => {
  const { publicKey, privateKey } = keyPairOf(Buffer.alloc(32, name), name)
  expect(keygen('-y', '-f', save('id', privateKey))).toBe(publicKey)
})

it('has the fingerprint that ssh-keygen prints', () => {
  const { publicKey } = secrets.userKey
  const printed = keygen('-E', 'md5', '-lf', save('id.pub', `${publicKey}\n`))
  expect(printed).toBe(`256 MD5:${fingerprintOf(publicKey)} prod-lo (ED25519)`)
})

it('signs and verifies with them', () => {
  const { publicKey, privateKey } = secrets.hostKey('prod-cp-1')
  const message = save('message', 'hello')
  execFileSync('ssh-keygen', ['-Y', 'sign', '-f', save('key', privateKey), '-n', 'file', message], {
    stdio: 'pipe',
  })
  const signers = save('signers', `prod ${keyOf(publicKey)}\n`)
  const check = ['-Y', 'verify', '-f', signers, '-I', 'prod', '-n', 'file', '-s', `${message}.sig`]
  expect(execFileSync('ssh-keygen', check, { input: 'hello', encoding: 'utf8' })).toContain(
    'Good "file" signature',
  )
})

it('derives the same secrets again, and others for anything else', () => {
  const all = (one = secrets) => [one.userKey.publicKey, one.hostKey('prod-cp-1').publicKey, one.k3sToken]
  expect(all(deriveSecrets(token, 'prod', uid))).toEqual(all())
  const others = [
    deriveSecrets(`${token.slice(1)}U`, 'prod', uid),
    deriveSecrets(token, 'prod', 'fedcba9876543210'),
    deriveSecrets(token, 'prod-2', uid),
  ].flatMap(one => all(one))
  expect(new Set([...all(), secrets.hostKey('prod-cp-2').publicKey, ...others].map(keyOf)).size).toBe(13 - 1)
})

it('knows what nodes may have joined by, with this token or the one before', () => {
  const credentials = { token, previousToken: 'U'.repeat(64), keyFile: undefined }
  const tokens = [token, credentials.previousToken].map(one => deriveSecrets(one, 'prod', uid).k3sToken)
  expect(planAccess(credentials, 'prod', uid, undefined).joinTokens).toEqual(tokens)
})

it('shows nothing of the token in what it derives', () => {
  const shown = JSON.stringify([secrets.userKey, secrets.hostKey('prod-cp-1'), secrets.k3sToken])
  expect(shown).not.toContain(token)
  expect(shown).not.toContain(Buffer.from(token).toString('base64').slice(0, 20))
})

it('never makes the same uid twice', () => {
  const uids = Array.from({ length: 100 }, newUid)
  expect(new Set(uids).size).toBe(100)
  expect(uids.every(isUid)).toBe(true)
  expect(['', uid.toUpperCase(), `${uid}0`, '../../../../../x'].some(isUid)).toBe(false)
})

it('names a key in the alphabet of a label', () => {
  expect(digestOf(secrets.userKey.publicKey)).toMatch(/^[a-z2-7]{52}$/)
})

// The vectors of RFC 4648, section 10.
it.each([
  ['', ''],
  ['f', 'my'],
  ['fo', 'mzxq'],
  ['foo', 'mzxw6'],
  ['foob', 'mzxw6yq'],
  ['fooba', 'mzxw6ytb'],
  ['foobar', 'mzxw6ytboi'],
])('writes %j as %j', (text, encoded) => {
  expect(base32(Buffer.from(text))).toBe(encoded)
})
