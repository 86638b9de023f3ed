import { readFileSync } from 'node:fs'
import path from 'node:path'
import type { Context } from '../context.js'
import { LoError, messageOf, systemCode } from '../errors.js'

const names = ['HCLOUD_TOKEN', 'HROBOT_USER', 'HROBOT_PASSWORD'] as const

/**
 * The credentials that a domain keeps in `secrets/Secret.hetzner.provisioning.<NAME>`, as far as the environment has
 * none of that name. Empty files are as good as none. Throws `READ_FAILED`.
 */
export function loadCredentials(domainFolder: string, env: Context['env']): Record<string, string> {
  const found = names
    .filter(name => !env[name])
    .map(name => [name, read(path.join(domainFolder, 'secrets', `Secret.hetzner.provisioning.${name}`))])
  return Object.fromEntries(found.filter(([, value]) => value))
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8').trim()
  } catch (cause) {
    if (systemCode(cause) === 'ENOENT' || systemCode(cause) === 'ENOTDIR') return undefined
    throw new LoError('READ_FAILED', `The credential ${file} cannot be read: ${messageOf(cause)}.`, { cause })
  }
}
