import { LoError } from '../../errors.js'
import { ActionError } from '../../hcloud/actions.js'
import { HcloudError } from '../../hcloud/hcloud-error.js'
import type { Server } from '../../hcloud/resources/servers.js'
import { step } from '../step.js'
import { type ServerParts, serverBody } from './bodies.js'
import type { Job } from './job.js'
import type { Candidate } from './offers.js'
import type { Slot } from './slots.js'

/** Milliseconds until a server runs. Usual are 25 seconds; a slow day takes minutes. */
const patience = 300_000
/** How often a server is ordered of which the making fails. */
const mostTries = 3
const pause = 5000

export interface ServerRequest {
  slot: Slot
  uid: string
  /** Where it is ordered, the preferred one first. */
  candidates: readonly Candidate[]
  parts: Omit<ServerParts, 'type' | 'location' | 'placementGroup'>
  /** Its placement group, whose servers are all in one location: elsewhere a server is without it. */
  group: { id: number; location: string }
  /** Waits for its turn to order: only so many orders are under way at the same time. */
  takeTurn: <Value>(order: () => Promise<Value>) => Promise<Value>
}

/**
 * Makes one server, and waits until the API says that it runs. What is sold out is tried with the next candidate, a
 * server of which the making fails is removed and ordered again. Never makes two: see `createOnce`.
 */
export function makeServer(request: ServerRequest, job: Job): Promise<void> {
  const what = `server ${request.slot.name}`
  return step(`Make the ${what}`, job.ctx, async () => {
    for (let attempt = 1; ; attempt += 1) {
      const { item, actions, isAdopted } = await request.takeTurn(() => order(request, job))
      job.changed(what)
      const end = job.ctx.now() + patience
      try {
        await job.hcloud.wait(what, actions, patience)
        if (isAdopted) await untilMade(item, job, end)
        return
      } catch (error) {
        if (!isFailedCreation(error)) {
          // What follows a creation, a network or a start, can be done again: that is looked after later.
          if (isFailedFollower(error)) return
          // The API has forgotten what it was doing. What came of that shows in the server.
          if (error instanceof ActionError && job.ctx.now() < end) return await untilMade(item, job, end)
          throw error
        }
        if (attempt >= mostTries) throw error
        await job.hcloud.wait(what, await job.hcloud.servers.remove(item), patience)
      }
    }
  })
}

async function order({ slot, uid, candidates, parts, group }: ServerRequest, job: Job) {
  const { hcloud, wanted, ctx } = job
  for (const [index, { type, location }] of candidates.entries()) {
    try {
      return await hcloud.servers.create(
        serverBody(wanted, uid, slot, {
          ...parts,
          type: type.name,
          location,
          placementGroup: location === group.location ? group.id : undefined,
        }),
      )
    } catch (error) {
      const next = candidates[index + 1]
      if (!(error instanceof HcloudError) || error.verdict !== 'elsewhere' || !next) throw error
      const alone = next.location === group.location ? '' : ', without its placement group'
      const message = `${slot.name}: ${type.name} in ${location} is not to be had (${error.failure.code}); trying ${next.type.name} in ${next.location}${alone}`
      ctx.output.event({ type: 'notice', message })
    }
  }
  throw new TypeError('a pool without candidates does not pass the preflight')
}

/** Waits for a server of which the actions are not known, as another run has begun them: what they lead to is. */
export async function untilMade(
  { id, name }: Server,
  { hcloud, ctx }: Job,
  end = ctx.now() + patience,
): Promise<void> {
  for (; ctx.now() < end; await ctx.sleep(pause)) {
    const server = await hcloud.servers.get(id)
    if (!server || (!server.locked && server.status !== 'initializing')) return
  }
  throw new LoError('ACTION_FAILED', `server ${name}: not done after ${patience / 1000} seconds.`, {
    hint: 'Run the same command again: it looks what is there and goes on.',
  })
}

const failedCommands = (error: unknown) =>
  error instanceof ActionError
    ? error.actions.filter(({ status }) => status === 'error').map(({ command }) => command)
    : []
const isFailedCreation = (error: unknown) => failedCommands(error).includes('create_server')
const isFailedFollower = (error: unknown) => failedCommands(error).length > 0
