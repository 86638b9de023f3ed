import type { Server } from '../../hcloud/resources/servers.js'
import type { Job } from './job.js'
import { label } from './labels.js'
import { makeServers, patience, type ServersRequest } from './make-servers.js'
import type { ClusterNode } from './node.js'
import { prepareNode } from './prepare-node.js'
import { NotReached } from './session.js'
import type { Slot } from './slots.js'

/**
 * Prepares servers, one at each call. One that never lets anybody in is removed and made anew, once: nothing can be on it
 * yet. Not so when no server at all answers, since then the way to them is what is broken.
 */
export function preparer(request: ServersRequest, job: Job) {
  let isSomeoneIn = false

  const isLost = ({ labels }: Server, error: unknown) =>
    labels[label.hostKey] === undefined &&
    error instanceof NotReached &&
    (error.why === 'refused' || (error.why === 'silent' && isSomeoneIn))

  return async (slot: Slot, server: Server): Promise<ClusterNode> => {
    try {
      const node = await prepareNode(slot, server, request.access, job)
      isSomeoneIn = true
      return node
    } catch (error) {
      if (!isLost(server, error)) throw error
    }
    return prepareNode(slot, await makeAnew(slot, server, request, job), request.access, job)
  }
}

async function makeAnew(slot: Slot, server: Server, request: ServersRequest, job: Job): Promise<Server> {
  const { hcloud, ctx } = job
  const message = `${server.name} never came up, so nothing can be on it: it is made anew`
  ctx.output.event({ type: 'notice', message })
  await hcloud.wait(`server ${server.name}`, await hcloud.servers.remove(server), patience)
  const plans = [{ slot, found: undefined, repairs: [], differences: [] }]
  return makeServers({ ...request, plans }, job).get(slot.name)!
}
