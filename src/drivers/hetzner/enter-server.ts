import type { Server } from '../../hcloud/resources/servers.js'
import type { Access } from './access.js'
import type { Job } from './job.js'
import { publicAddressOf } from './node.js'
import { authorizeKey } from './scripts/authorize-key.js'
import { NotReached, openSession, type Session } from './session.js'

/** Opens a server for scripts. One that lets in only the key before this one lets in both from now on. */
export async function enterServer(server: Server, access: Access, job: Job): Promise<Session> {
  const machine = { name: server.name, address: publicAddressOf(server) }
  const hostKeys = access.hostKeysOf(server)
  const session = openSession(machine, { key: access.key, hostKeys }, job)
  if (!access.older) return session
  const script = authorizeKey({ key: access.key.publicKey })
  try {
    // An earlier run may have got so far.
    await session.run(script, { patience: 0 })
  } catch (error) {
    if (!(error instanceof NotReached) || error.why === 'other key') throw error
    const older = openSession(machine, { key: access.older, hostKeys }, job)
    if ((await older.run(script)) === 'changed') job.changed(`the key of ${server.name}`)
  }
  return session
}
