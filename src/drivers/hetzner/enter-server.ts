import type { Server } from '../../hcloud/resources/servers.js'
import type { Access } from './access.js'
import type { Job } from './job.js'
import { publicAddressOf } from './node.js'
import { authorizeKey } from './scripts/authorize-key.js'
import { openSession, type Session } from './session.js'

/** Opens a server for scripts. One that lets in only the key before this one lets in both from now on. */
export async function enterServer(server: Server, access: Access, job: Job): Promise<Session> {
  const machine = { name: server.name, address: publicAddressOf(server) }
  const hostKeys = access.hostKeysOf(server)
  if (access.older) {
    const older = openSession(machine, { key: access.older, hostKeys }, job)
    const said = await older.run(authorizeKey({ key: access.key.publicKey }))
    if (said === 'changed') job.changed(`the key of ${server.name}`)
  }
  return openSession(machine, { key: access.key, hostKeys }, job)
}
