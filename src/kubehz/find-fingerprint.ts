import { readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import path from 'node:path'
import type { Context } from '../context.js'
import { LoError, messageOf } from '../errors.js'
import { fingerprint } from './fingerprint.js'

export interface KeyOwner {
  domain: string
  /** The project's root, which paths in the spec are relative to. */
  root: string
  kind: string
  /** The `spec` of the cluster's spec. */
  spec: Record<string, unknown>
  /** The key that the driver uses, as a line of `authorized_keys`. */
  publicKey?: (() => Promise<string | undefined>) | undefined
}

type World = Pick<Context, 'env' | 'find' | 'run'>

/** What proves on the platform whose cluster it is. Throws `KUBEHZ_FAILED` when there is no such thing. */
export async function findFingerprint(owner: KeyOwner, ctx: World): Promise<string> {
  if (owner.kind.toLowerCase() === 'lo') return `lo:${owner.domain}`
  const { text, origin } = await findKey(owner, ctx)
  const found = text === undefined ? undefined : fingerprint(text)
  if (found !== undefined) return found
  const reason = text === undefined ? 'has no SSH key' : `has no SSH key that can be read (${origin})`
  throw new LoError('KUBEHZ_FAILED', `The cluster of ${owner.domain} ${reason}, so it has no fingerprint.`)
}

async function findKey(owner: KeyOwner, ctx: World): Promise<{ text: string | undefined; origin: string }> {
  if (owner.publicKey) return { text: await owner.publicKey(), origin: 'from its driver' }
  switch (owner.kind.toLowerCase()) {
    case 'kubeone':
      return readKeyFile(keyFileOf(owner.spec), owner.root, ctx.env)
    case 'capi':
      return askHcloud(owner, ctx)
    default:
      return { text: undefined, origin: '' }
  }
}

const defaultKey = '~/.ssh/id_ed25519.pub'

function keyFileOf({ hcloud }: Record<string, unknown>): string {
  return (hcloud as { sshPublicKeyFile?: string } | undefined)?.sshPublicKeyFile ?? defaultKey
}

function readKeyFile(named: string, root: string, env: Context['env']) {
  const file = path.resolve(root, named.replace(/^~(?=\/|$)/, env.HOME || homedir()))
  try {
    return { text: readFileSync(file, 'utf8'), origin: file }
  } catch (cause) {
    throw new LoError('KUBEHZ_FAILED', `The SSH key ${file} cannot be read: ${messageOf(cause)}.`, { cause })
  }
}

async function askHcloud({ spec }: KeyOwner, { find, run }: World) {
  const name = (spec.hcloud as { sshKeyName?: string } | undefined)?.sshKeyName
  const hcloud = find('hcloud')
  if (name === undefined || hcloud === undefined) return { text: undefined, origin: '' }
  const { status, stdout, stderr } = await run(hcloud, ['ssh-key', 'describe', '-o', 'json', '--', name], {
    limit: 30_000,
  })
  if (status !== 0) {
    throw new LoError('KUBEHZ_FAILED', `hcloud knows no SSH key "${name}".`, { detail: stderr.trim() })
  }
  const text = publicKeyIn(stdout.toString())
  return { text, origin: `hcloud ssh-key ${name}` }
}

function publicKeyIn(answer: string): string | undefined {
  try {
    return (JSON.parse(answer) as { public_key?: string }).public_key
  } catch {
    return undefined
  }
}
