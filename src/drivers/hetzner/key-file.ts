import { readFile } from 'node:fs/promises'
import path from 'node:path'
import type { Context } from '../../context.js'
import { LoError, messageOf } from '../../errors.js'
import type { DriverCluster } from '../driver.js'
import { keyOf, type SshKeyPair } from './openssh.js'

/** The file of the key that is used instead of the derived one, and who has named it; undefined when nobody has. */
export function keyFileOf(
  { specFile }: Pick<DriverCluster, 'specFile'>,
  named: string | undefined,
  { cwd, env }: Pick<Context, 'cwd' | 'env'>,
): { file: string; by: string } | undefined {
  if (env.LO_SSH_KEY_FILE) return { file: path.resolve(cwd, env.LO_SSH_KEY_FILE), by: 'LO_SSH_KEY_FILE' }
  if (named === undefined) return undefined
  return { file: path.resolve(path.dirname(specFile), named), by: 'spec.provider.config.ssh.privateKeyFile' }
}

/** Reads a key pair off the file of its private half. Throws `READ_FAILED`; a key with a passphrase is none here. */
export async function readKeyFile(
  { file, by }: { file: string; by: string },
  { run }: Pick<Context, 'run'>,
): Promise<SshKeyPair> {
  const privateKey = await readFile(file, 'utf8').catch(cause => {
    throw new LoError('READ_FAILED', `The key ${file} (${by}) cannot be read: ${messageOf(cause)}.`, {
      cause,
    })
  })
  const { status, stdout, stderr } = await run('ssh-keygen', ['-y', '-P', '', '-f', file], { limit: 10_000 })
  if (status === 0) return { privateKey, publicKey: `${keyOf(stdout.toString())} lo` }
  throw new LoError('READ_FAILED', `The file ${file} (${by}) is no private key that can be used.`, {
    detail: stderr.trim(),
    hint: 'It has to be the private half of an SSH key, readable by you alone, without a passphrase.',
  })
}
