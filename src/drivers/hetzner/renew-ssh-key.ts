import type { Access } from './access.js'
import { sshKeyBody } from './bodies.js'
import type { Job } from './job.js'
import type { Survey } from './survey.js'

/** Puts the key of this token into the project, in the place of the one before. All servers let both in by now. */
export async function renewSshKey({ found }: Survey, uid: string, { key }: Access, job: Job): Promise<void> {
  const { hcloud, wanted } = job
  for (const old of found.sshKeys) await hcloud.sshKeys.remove(old)
  await hcloud.sshKeys.create(sshKeyBody(wanted.cluster, uid, key.publicKey))
  job.changed('the SSH key')
}
