import { existsSync, readFileSync, statSync } from 'node:fs'
import net, { type AddressInfo } from 'node:net'
import path from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import type { Context, Ended, RunOptions } from '../../../src/context.js'
import { readToken } from '../../../src/drivers/hetzner/scripts/read.js'
import { writeK3sConfig } from '../../../src/drivers/hetzner/scripts/write-k3s-config.js'
import { deriveSecrets } from '../../../src/drivers/hetzner/secrets.js'
import { reachBySsh } from '../../../src/drivers/hetzner/ssh.js'
import { realContext } from '../../helpers/context.js'
import { makeFolder } from '../../helpers/project.js'
import { uid } from './clusters.js'

const secrets = deriveSecrets('T'.repeat(64), 'prod', uid)
const hostKeys = [secrets.hostKey('prod-cp-1').publicKey]
const access = { key: secrets.userKey, hostKeys, limit: 10_000 }
const machine = { name: 'prod-cp-1', address: '203.0.113.7' }

interface Seen {
  file: string
  args: string[]
  options: RunOptions
  /** The files that were there meanwhile, with their modes. */
  files: Record<string, { text: string; mode: number }>
}

/** A `run` that answers as ssh would, and remembers what it was given. */
function fakeRun(ended: Partial<Ended> = {}): { run: Context['run']; seen: Seen[] } {
  const seen: Seen[] = []
  return {
    seen,
    run: async (file, args, options = {}) => {
      const key = args[args.indexOf('-i') + 1]!
      const hosts = args.find(arg => arg.startsWith('UserKnownHostsFile='))!.split('=')[1]!
      const files = Object.fromEntries(
        [path.dirname(key), key, hosts].map(name => [
          path.basename(name).replace(/^lo-ssh-.*/, 'folder'),
          {
            text: statSync(name).isFile() ? readFileSync(name, 'utf8') : '',
            mode: statSync(name).mode & 0o777,
          },
        ]),
      )
      seen.push({ file, args, options, files })
      return { stdout: Buffer.from(''), stderr: '', status: 0, ...ended }
    },
  }
}

it('trusts only the keys it is given, on a file of its own that nobody else can read and that is gone afterwards', async () => {
  const { run, seen } = fakeRun({ stdout: Buffer.from('hello\n') })
  const reached = await reachBySsh({ run })(machine, readToken(), access)
  expect(reached).toEqual({ outcome: 'ended', status: 0, stdout: 'hello\n', detail: '' })
  const [{ args, files }] = seen as [Seen]
  expect(files).toMatchObject({
    folder: { mode: 0o700 },
    key: { text: secrets.userKey.privateKey, mode: 0o600 },
    known_hosts: { text: `203.0.113.7 ${hostKeys[0]}\n`, mode: 0o600 },
  })
  for (const option of [
    'StrictHostKeyChecking=yes',
    'IdentitiesOnly=yes',
    'IdentityAgent=none',
    'BatchMode=yes',
  ]) {
    expect(args).toContain(option)
  }
  expect(args.slice(0, 2)).toEqual(['-F', '/dev/null'])
  expect(existsSync(path.dirname(args[args.indexOf('-i') + 1]!))).toBe(false)
})

it('sends a script over the input, and shows nothing of it in an argument or the environment', async () => {
  const { run, seen } = fakeRun()
  const script = writeK3sConfig({ config: 'a: 1\n', token: 'very-secret' })
  await reachBySsh({ run })(machine, script, access)
  const [{ args, options }] = seen as [Seen]
  expect(options.input).toBe(script.text)
  const shown = JSON.stringify([args, options.env])
  const [, secondLine] = secrets.userKey.privateKey.split('\n')
  for (const secret of ['very-secret', secondLine!]) expect(shown).not.toContain(secret)
})

it('names another port in the list of known hosts as ssh does', async () => {
  const { run, seen } = fakeRun()
  await reachBySsh({ run })({ ...machine, port: 2222 }, readToken(), access)
  expect(seen[0]!.files.known_hosts!.text).toBe(`[203.0.113.7]:2222 ${hostKeys[0]}\n`)
})

it.each([
  ['Host key verification failed.', 'other key'],
  ['No ED25519 host key is known for 203.0.113.7 and you have requested strict checking.', 'other key'],
  ['root@203.0.113.7: Permission denied (publickey).', 'denied'],
  ['ssh: connect to host 203.0.113.7 port 22: Connection refused', 'refused'],
  ['ssh: connect to host 203.0.113.7 port 22: Connection timed out', 'silent'],
  ['Connection timed out during banner exchange', 'silent'],
  ['ssh: connect to host 203.0.113.7 port 22: No route to host', 'silent'],
  ['kex_exchange_identification: Connection closed by remote host', 'closed'],
  ['client_loop: send disconnect: Broken pipe', 'closed'],
])('reads off %j why there is no answer: %s', async (stderr, why) => {
  const { run } = fakeRun({ stderr, status: 255 })
  expect(await reachBySsh({ run })(machine, readToken(), access)).toEqual({
    outcome: 'unreachable',
    why,
    detail: stderr,
  })
})

it('tells a script that fails from a server that does not answer', async () => {
  const { run } = fakeRun({ stderr: 'Connection refused', status: 22 })
  expect(await reachBySsh({ run })(machine, readToken(), access)).toMatchObject({
    outcome: 'ended',
    status: 22,
  })
})

it('takes what does not end in time for no answer', async () => {
  const { run } = fakeRun({ status: 143, isLate: true })
  expect(await reachBySsh({ run })(machine, readToken(), access)).toMatchObject({ why: 'late' })
})

it('removes its files when it is interrupted, too', async () => {
  const { run, seen } = fakeRun()
  const reason = new Error('interrupted')
  const interrupted: Context['run'] = async (...args) => {
    await run(...args)
    throw reason
  }
  await expect(reachBySsh({ run: interrupted })(machine, readToken(), access)).rejects.toBe(reason)
  expect(existsSync(path.dirname(seen[0]!.args[seen[0]!.args.indexOf('-i') + 1]!))).toBe(false)
})

it('is understood by the ssh of this machine', async () => {
  const { ctx } = await realContext({ cwd: makeFolder(), env: {} })
  const server = net.createServer(socket => socket.destroy())
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const here = { name: 'here', address: '127.0.0.1', port }
  onTestFinished(() => void server.close())
  expect(await reachBySsh(ctx)(here, readToken(), access)).toMatchObject({
    outcome: 'unreachable',
    why: 'closed',
  })
  await new Promise(resolve => server.close(resolve))
  expect(await reachBySsh(ctx)(here, readToken(), access)).toMatchObject({
    outcome: 'unreachable',
    why: 'refused',
  })
})
