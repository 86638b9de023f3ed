import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Context, Ended } from '../../context.js'
import type { Machine, Reach, Reached, ReachOptions, Unreachable } from './machine.js'

const connectTimeout = 10

/** Reaches servers with the `ssh` of this machine. Each run has its own key file and its own list of known hosts. */
export function reachBySsh({ run }: Pick<Context, 'run'>): Reach {
  return async (machine, script, options) => {
    const folder = await mkdtemp(path.join(tmpdir(), 'lo-ssh-'))
    try {
      const files = { key: path.join(folder, 'key'), hosts: path.join(folder, 'known_hosts') }
      await writeFile(files.key, options.key.privateKey, { mode: 0o600, flag: 'wx' })
      await writeFile(files.hosts, formatKnownHosts(machine, options), { mode: 0o600, flag: 'wx' })
      const args = sshArguments(machine, files)
      return readEnd(
        await run('ssh', args, { input: script.text, limit: options.limit, env: { LC_ALL: 'C' } }),
      )
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  }
}

/** The names of files alone: everything secret is in them, or on stdin. */
function sshArguments(
  { address, port = 22 }: Machine,
  { key, hosts }: { key: string; hosts: string },
): string[] {
  const settings = {
    StrictHostKeyChecking: 'yes',
    UserKnownHostsFile: hosts,
    GlobalKnownHostsFile: '/dev/null',
    IdentitiesOnly: 'yes',
    IdentityAgent: 'none',
    HostKeyAlgorithms: 'ssh-ed25519',
    BatchMode: 'yes',
    PreferredAuthentications: 'publickey',
    UpdateHostKeys: 'no',
    ConnectTimeout: String(connectTimeout),
    ServerAliveInterval: '10',
    ServerAliveCountMax: '3',
    LogLevel: 'ERROR',
  }
  const options = Object.entries(settings).flatMap(([name, value]) => ['-o', `${name}=${value}`])
  return ['-F', '/dev/null', '-T', '-p', String(port), '-i', key, ...options, `root@${address}`, 'bash -s']
}

function formatKnownHosts({ address, port = 22 }: Machine, { hostKeys }: ReachOptions): string {
  const host = port === 22 ? address : `[${address}]:${port}`
  return hostKeys.map(key => `${host} ${key}\n`).join('')
}

/**
 * ssh ends with 255 whatever kept it from running a command, and has no other sign for the reason than its words, which
 * are the same in every language: https://github.com/openssh/openssh-portable/blob/master/sshconnect.c.
 */
const reasons: [pattern: RegExp, why: Unreachable][] = [
  [/Host key verification failed|No ED25519 host key is known|no matching host key type/i, 'other key'],
  [/Permission denied|Too many authentication failures/i, 'denied'],
  [/Connection refused/i, 'refused'],
  [/timed out|No route to host|Network is unreachable|Host is down|Could not resolve/i, 'silent'],
]

function readEnd({ status, stdout, stderr, isLate }: Ended): Reached {
  const detail = stderr.trim()
  if (isLate) return { outcome: 'unreachable', why: 'late', detail }
  if (status !== 255) return { outcome: 'ended', status, stdout: stdout.toString(), detail }
  const why = reasons.find(([pattern]) => pattern.test(detail))?.[1] ?? 'closed'
  return { outcome: 'unreachable', why, detail }
}
