import type { Access } from './access.js'
import { forAll } from './all.js'
import { sshKeyBody } from './bodies.js'
import { enterServer } from './enter-server.js'
import type { Job } from './job.js'
import { label, selectorOf } from './labels.js'
import { digestOf } from './openssh.js'
import { authorizeKey } from './scripts/authorize-key.js'
import { findForeignKey, type Survey } from './survey.js'

/**
 * Puts the key of this token in the place of the one before: on all servers, and in the project last, so that a run which
 * ends in between is gone on with. Whoever has the older token does not get in any more.
 */
export async function renewSshKey(
  survey: Survey,
  uid: string,
  access: Access & { older: NonNullable<Access['older']> },
  job: Job,
): Promise<void> {
  const { hcloud, wanted } = job
  const { publicKey } = access.key
  // Anew: those that were made by this run are among them, and have host keys of their own meanwhile.
  const servers = await hcloud.servers.list({ selector: selectorOf(wanted.cluster) })
  await forAll(servers, async server => {
    const session = await enterServer(server, access, job)
    await session.run(authorizeKey({ key: publicKey, instead: access.older.publicKey }))
  })
  const isForeign = findForeignKey(survey, publicKey) !== undefined
  if (isForeign) await noteOnNetwork(publicKey, job)
  for (const old of survey.found.sshKeys) await hcloud.sshKeys.remove(old)
  if (!isForeign) await hcloud.sshKeys.create(sshKeyBody(wanted.cluster, uid, publicKey))
  job.changed('the SSH key')
}

async function noteOnNetwork(publicKey: string, { hcloud, wanted }: Job): Promise<void> {
  const [network] = await hcloud.networks.list({ selector: selectorOf(wanted.cluster) })
  if (network)
    await hcloud.networks.setLabels(network, { ...network.labels, [label.key]: digestOf(publicKey) })
}
