import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { execa } from 'execa'
import { expect, it } from 'vitest'
import { findFingerprint } from '../../src/kubehz/find-fingerprint.js'
import { fingerprint } from '../../src/kubehz/fingerprint.js'
import { realContext } from '../helpers/context.js'
import { makeFolder, writeFiles } from '../helpers/project.js'

async function makeKey(...args: string[]) {
  const file = path.join(makeFolder(), 'key')
  await execa('ssh-keygen', ['-q', ...args, '-N', '', '-C', 'somebody@somewhere', '-f', file])
  const publicKey = readFileSync(`${file}.pub`, 'utf8')
  return { file: `${file}.pub`, publicKey, measured: await measure(`${file}.pub`) }
}

/** What OpenSSH says of a key. */
async function measure(file: string): Promise<string> {
  const { stdout } = await execa('ssh-keygen', ['-E', 'md5', '-lf', file])
  return stdout.split(' ')[1]!
}

it.each([
  ['ed25519'],
  ['rsa', '-b', '2048'],
  ['ecdsa', '-b', '384'],
])('is what ssh-keygen prints for a key of type %s', async (...type) => {
  const { publicKey, measured } = await makeKey('-t', ...type)
  expect(measured).toMatch(/^MD5(:[0-9a-f]{2}){16}$/)
  expect(fingerprint(publicKey)).toBe(measured)
  expect(fingerprint(publicKey.trim().split(' ').slice(0, 2).join(' '))).toBe(measured)
})

it('finds the key behind options, comments and blank lines, as ssh-keygen does', async () => {
  const { publicKey } = await makeKey('-t', 'ed25519')
  const text = `# ssh-rsa AAAA\n\nrestrict,command="echo hi there" ${publicKey}`
  const file = path.join(makeFolder(), 'authorized_keys')
  writeFileSync(file, text)
  expect(fingerprint(text)).toBe(await measure(file))
})

it.each([
  [''],
  ['hello'],
  ['ssh-ed25519'],
  ['ssh-ed25519 AAAA'],
  ['ssh-rsa AAAAC3NzaC1lZDI1NTE5AAAAIGXu3nQyF6rCk3d5qIYDPIGqHqGJ8c6l9zq5qRXnE0Ym'],
  ['-----BEGIN OPENSSH PRIVATE KEY-----'],
])('is nothing for %j, which is no public key', text => {
  expect(fingerprint(text)).toBeUndefined()
})

const owner = { domain: 'example.com', root: '/', spec: {} }

async function find(
  more: Partial<Parameters<typeof findFingerprint>[0]> & { kind: string },
  env: Record<string, string> = {},
) {
  const { ctx } = await realContext({ cwd: '/', env })
  const find = (program: string) => (env.BIN === undefined ? undefined : path.join(env.BIN, program))
  return findFingerprint({ ...owner, ...more }, { ...ctx, find })
}

it('is a word for the local kind, which has no servers', async () => {
  expect(await find({ kind: 'lo' })).toBe('lo:example.com')
})

it('is that of the key which the driver uses', async () => {
  const { publicKey, measured } = await makeKey('-t', 'ed25519')
  expect(await find({ kind: 'Hetzner', publicKey: async () => publicKey })).toBe(measured)
})

it('is that of the key file of KubeOne, by default the usual one of the user', async () => {
  const [named, usual] = [await makeKey('-t', 'ed25519'), await makeKey('-t', 'ed25519')]
  const HOME = makeFolder()
  writeFiles(HOME, { 'keys/my.pub': named.publicKey, '.ssh/id_ed25519.pub': usual.publicKey })
  const spec = { hcloud: { sshPublicKeyFile: '~/keys/my.pub' } }
  expect(await find({ kind: 'KubeOne', spec }, { HOME })).toBe(named.measured)
  const relative = { hcloud: { sshPublicKeyFile: 'keys/my.pub' } }
  expect(await find({ kind: 'KubeOne', spec: relative, root: HOME })).toBe(named.measured)
  expect(await find({ kind: 'KubeOne' }, { HOME })).toBe(usual.measured)
  await expect(find({ kind: 'KubeOne' }, { HOME: makeFolder() })).rejects.toMatchObject({
    code: 'KUBEHZ_FAILED',
    message: expect.stringContaining('.ssh/id_ed25519.pub cannot be read'),
  })
})

it('is that of the key which hcloud knows for Capi', async () => {
  const { publicKey, measured } = await makeKey('-t', 'ed25519')
  const BIN = makeFolder()
  const expected = 'ssh-key describe -o json -- my-key'
  const answer = JSON.stringify({ id: 1, public_key: publicKey })
  writeFiles(BIN, {
    hcloud: `#!/bin/sh\n[ "$*" = '${expected}' ] || { echo "unexpected: $*" >&2; exit 2; }\nprintf %s '${answer}'\n`,
  })
  const capi = (sshKeyName: string) => find({ kind: 'Capi', spec: { hcloud: { sshKeyName } } }, { BIN })
  expect(await capi('my-key')).toBe(measured)
  await expect(capi('other')).rejects.toMatchObject({ message: 'hcloud knows no SSH key "other".' })
})

it.each([
  ['has none', { kind: 'Rehearsal' }, 'has no SSH key, so'],
  ['gives none', { kind: 'Tiny', publicKey: async () => undefined }, 'has no SSH key, so'],
  ['gives garbage', { kind: 'Tiny', publicKey: async () => 'garbage' }, 'can be read (from its driver)'],
])('is an error where the cluster %s', async (_what, more, message) => {
  await expect(find(more)).rejects.toMatchObject({
    code: 'KUBEHZ_FAILED',
    message: expect.stringContaining(message),
  })
})
