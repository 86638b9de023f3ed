import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { execa } from 'execa'
import { inject, it, onTestFinished } from 'vitest'
import { parse } from 'yaml'
import { createSimulator, type Simulator } from '../../src/hcloud/simulator/simulator.js'
import type { ServerItem } from '../../src/hcloud/simulator/state.js'
import { faceOf } from './api-face.js'
import { makeFolder } from './project.js'

const found = inject('sshServer')
const fixtures = path.resolve(import.meta.dirname, '../fixtures/server')

/** A test that needs real servers and a real API server; skipped, loudly, where there can be none. */
export const itOnServers = it.skipIf('skipped' in found || 'skipped' in inject('controlPlane'))

/** One of the servers that were made: its own file system and processes, and an OpenSSH server. */
export interface RealServer {
  name: string
  address: string
  /** Every script that was sent to it. */
  received: () => string
  /** What its sshd says. */
  log: () => string
  isRunning: () => boolean
  /** Lets cloud-init end, where it is held. */
  release: () => void
}

export interface Servers {
  simulator: Simulator
  /** The address of the simulated API, for `HCLOUD_ENDPOINT`. */
  endpoint: string
  get: (name: string) => RealServer
}

export interface ServersOptions {
  token: string
  /** A kubeconfig of the cluster that k3s on the servers claims to be. */
  kubeconfig: string
  /** A host key that a server has, instead of that of its user data, by its name. */
  hostKeys?: Record<string, string>
  /** Whether cloud-init on each server goes on until that is released. */
  holdsBoot?: boolean
}

/** Addresses of this machine alone, one for each server, so that each can have port 22. */
const range = '127.77.0.0/24'

/**
 * A Hetzner Cloud project whose servers exist: each boots as its user data says. They and all they have written are gone
 * when they are deleted, and when the test is over.
 */
export async function startServers({ token, kubeconfig, ...rest }: ServersOptions): Promise<Servers> {
  const signal = new AbortController().signal
  const clock = {
    signal,
    now: () => performance.now(),
    sleep: async (milliseconds: number) => void (await delay(milliseconds)),
  }
  const quick = { call: 0, create_server: 200, attach_to_network: 50, start_server: 50 }
  const simulator = createSimulator(clock, {
    settings: {
      tokens: { [token]: 'read-write' },
      delays: { ...quick, delete_server: 100, create_load_balancer: 50, other: 20 },
      publicRange: range,
    },
  })
  const shared = await prepareShared(kubeconfig)
  const servers = new Map<string, RealServer & { end: () => void }>()
  simulator.settings.onServer = (what, item) => {
    servers.get(item.name)?.end()
    if (what === 'started') servers.set(item.name, boot(item, addressOf(item, simulator), shared, rest))
  }
  onTestFinished(() => {
    for (const { end } of servers.values()) end()
  })
  return { simulator, endpoint: await serve(simulator), get: name => servers.get(name)! }
}

function addressOf({ id }: ServerItem, simulator: Simulator): string {
  // An effect may not let others take place: so this asks for an address, not for everything.
  const last = Array.from({ length: 254 }, (_, index) => `127.77.0.${index + 1}`)
  return last.find(address => simulator.serverAt(address)?.id === id)!
}

interface Shared {
  /** The release of k3s. */
  release: string
  /** What the nodes of the cluster share. */
  cluster: string
}

async function prepareShared(kubeconfig: string): Promise<Shared> {
  const folder = makeFolder()
  const [release, cluster] = [path.join(folder, 'release'), path.join(folder, 'cluster')]
  mkdirSync(release)
  mkdirSync(cluster)
  const k3s = readFileSync(path.join(fixtures, 'k3s'))
  const sum = createHash('sha256').update(k3s).digest('hex')
  for (const [suffix, arch] of [
    ['', 'amd64'],
    ['-arm64', 'arm64'],
  ]) {
    writeFileSync(path.join(release, `k3s${suffix}`), k3s)
    writeFileSync(path.join(release, `sha256sum-${arch}.txt`), `${sum}  k3s${suffix}\n`)
  }
  const face = await faceOf(kubeconfig, { host: '127.77.0.1', port: 6443 })
  writeFileSync(path.join(cluster, 'k3s.yaml'), face)
  cpSync(kubeconfig, path.join(cluster, 'admin.yaml'))
  return { release, cluster }
}

interface UserData {
  ssh_authorized_keys: string[]
  ssh_keys: { ed25519_private: string; ed25519_public: string }
  write_files: { path: string; content: string }[]
}

function boot(
  item: ServerItem,
  address: string,
  shared: Shared,
  { hostKeys = {}, holdsBoot = false }: Pick<ServersOptions, 'hostKeys' | 'holdsBoot'>,
) {
  const folder = makeFolder()
  const put = (file: string, text: string) => {
    mkdirSync(path.dirname(path.join(folder, 'files', file)), { recursive: true })
    writeFileSync(path.join(folder, 'files', file), text, { mode: 0o600 })
  }
  const { ssh_authorized_keys: keys, ssh_keys: host, write_files: files } = parse(item.userData) as UserData
  put('root/.ssh/authorized_keys', `${keys.join('\n')}\n`)
  put('etc/ssh/ssh_host_ed25519_key', hostKeys[item.name] ?? host.ed25519_private)
  put('etc/ssh/ssh_host_ed25519_key.pub', `${host.ed25519_public}\n`)
  for (const file of files) put(file.path, file.content)
  for (const program of ['cloud-init', 'curl', 'journalctl', 'run-script', 'systemctl']) {
    cpSync(path.join(fixtures, program), path.join(folder, 'files/usr/local/bin', program), {
      recursive: true,
    })
  }
  mkdirSync(path.join(folder, 'disk'))
  const hold = path.join(folder, 'hold')
  if (holdsBoot) writeFileSync(hold, '')
  const sshd = 'program' in found ? found.program : ''
  const inside = [path.join(fixtures, 'boot.sh'), folder, address, sshd]
  const machine = spawn(
    'unshare',
    ['--mount', '--pid', '--fork', '--kill-child', '--mount-proc', ...inside],
    {
      env: { PATH: process.env.PATH, RELEASE: shared.release, CLUSTER: shared.cluster, KUBECTL: kubectl },
      stdio: ['ignore', 'inherit', 'inherit'],
    },
  )
  const read = (name: string) => {
    const file = path.join(folder, name)
    return existsSync(file) ? readFileSync(file, 'utf8') : ''
  }
  return {
    name: item.name,
    address,
    received: () => read('received'),
    log: () => read('sshd.log'),
    isRunning: () => machine.exitCode === null && machine.signalCode === null,
    release: () => rmSync(hold, { force: true }),
    end: () => void machine.kill('SIGKILL'),
  }
}

const kubectl = await execa('sh', ['-c', 'command -v kubectl']).then(({ stdout }) => stdout)

/** The simulated API for other processes. */
async function serve(simulator: Simulator): Promise<string> {
  const server = http.createServer((request, response) => {
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => parts.push(part))
    request.on('end', async () => {
      const body = Buffer.concat(parts).toString()
      const answer = await simulator.fetch(`https://api.hetzner.cloud${request.url}`, {
        method: request.method!,
        headers: { authorization: request.headers.authorization ?? '' },
        ...(body && { body }),
      })
      response.writeHead(answer.status, Object.fromEntries(answer.headers))
      response.end(await answer.text())
    })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`
}
