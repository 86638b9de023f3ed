import type { Access } from './access.js'
import { forAll } from './all.js'
import { sshKeyBody } from './bodies.js'
import { enterServer } from './enter-server.js'
import type { Job } from './job.js'
import { selectorOf } from './labels.js'
import { authorizeKey } from './scripts/authorize-key.js'
import type { Survey } from './survey.js'

/**
 * Puts the key of this token in the place of the one before: on all servers, and in the project last, so that a run which
 * ends in between is gone on with. Whoever has the older token does not get in any more.
 */
export async function renewSshKey(
  { found }: Pick<Survey, 'found'>,
  uid: string,
  access: Access & { older: NonNullable<Access['older']> },
  job: Job,
): Promise<void> {
  const { hcloud, wanted } = job
  // Anew: those that were made by this run are among them, and have host keys of their own meanwhile.
  const servers = await hcloud.servers.list({ selector: selectorOf(wanted.cluster) })
  await forAll(servers, async server => {
    const session = await enterServer(server, access, job)
    await session.run(authorizeKey({ key: access.key.publicKey, instead: access.older.publicKey }))
  })
  for (const old of found.sshKeys) await hcloud.sshKeys.remove(old)
  await hcloud.sshKeys.create(sshKeyBody(wanted.cluster, uid, access.key.publicKey))
  job.changed('the SSH key')
}
