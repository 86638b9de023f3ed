import pLimit from 'p-limit'
import { LoError } from '../../errors.js'
import { HcloudError } from '../../hcloud/hcloud-error.js'
import type { Server } from '../../hcloud/resources/servers.js'
import type { Access } from './access.js'
import { parallel } from './all.js'
import { serverLabels } from './bodies.js'
import type { Job } from './job.js'
import { selectorOf } from './labels.js'
import type { Parts } from './make-parts.js'
import { makeServer, type ServerRequest, untilMade } from './make-server.js'
import { candidatesOf, type Offers } from './offers.js'
import { planServers, type ServerPlan, type ServerRepair } from './plan-servers.js'
import type { Slot } from './slots.js'
import { renderUserData } from './user-data.js'

export interface ServersRequest {
  plans: readonly ServerPlan[]
  uid: string
  parts: Parts
  access: Access
  offers: Offers
}

/** Milliseconds for one change of a server. */
export const patience = 180_000

/**
 * Makes all servers that are missing, some at a time, and mends those that are there. By name: each as soon as it runs and
 * has its address in the network, so that a slow one keeps nobody else waiting.
 */
export function makeServers(request: ServersRequest, job: Job): Map<string, Promise<Server>> {
  const lanes = { order: turns(), mend: pLimit(parallel), read: reader(job) }
  return new Map(
    request.plans.map(plan => {
      const server = provide(plan, request, lanes, job)
      // Whoever waits for it may have failed before: then nobody has to hear of its failure, too.
      server.catch(() => {})
      return [plan.slot.name, server]
    }),
  )
}

interface Lanes {
  order: ServerRequest['takeTurn']
  mend: ReturnType<typeof pLimit>
  read: () => Promise<Server[]>
}

/** Milliseconds in which those who want to know how servers are ask together. */
const gathering = 200

/** Reads all servers of the cluster, once for all who ask before the question has gone out. */
function reader({ hcloud, wanted, ctx }: Job): Lanes['read'] {
  let next: Promise<Server[]> | undefined
  const read = async () => {
    await ctx.sleep(gathering)
    next = undefined
    return hcloud.servers.list({ selector: selectorOf(wanted.cluster) })
  }
  return () => {
    next ??= read()
    return next
  }
}

/** A few orders at a time. Once the account is at its limit there are no more: each would be refused as well. */
function turns(): ServerRequest['takeTurn'] {
  const lane = pLimit(parallel)
  let limit: HcloudError | undefined
  return order =>
    lane(async () => {
      if (limit) throw limit
      try {
        return await order()
      } catch (error) {
        if (error instanceof HcloudError && error.failure.code === 'resource_limit_exceeded') limit = error
        throw error
      }
    })
}

async function provide(plan: ServerPlan, request: ServersRequest, lanes: Lanes, job: Job): Promise<Server> {
  if (plan.found && plan.repairs.length === 0) return plan.found
  if (!plan.found) await make(plan.slot, request, lanes, job)
  // Another run has ordered it, and what it seems to lack may be on its way.
  else if (plan.found.locked || plan.found.status === 'initializing') await untilMade(plan.found, job)
  // Twice at most: what a repair has brought about is read back.
  for (let round = 1; ; round += 1) {
    const { found, repairs } = planAgain(plan.slot, await lanes.read(), request, job)
    if (repairs.length === 0) return found
    if (round > 2) throw notMended(plan.slot, repairs)
    await lanes.mend(() => mend(plan.slot, found, repairs, request, job))
  }
}

async function make(
  slot: Slot,
  { plans, uid, parts, access, offers }: ServersRequest,
  lanes: Lanes,
  job: Job,
): Promise<void> {
  const candidates = candidatesOf(slot.pool, job.wanted, offers, job.ctx.today())
  const neighbour = plans.find(({ slot: other, found }) => found && other.group === slot.group)?.found
  const request: ServerRequest = {
    slot,
    uid,
    candidates,
    parts: {
      network: parts.network.id,
      firewall: parts.firewalls[slot.pool.role],
      sshKey: parts.sshKey,
      userData: renderUserData({
        userKey: access.key.publicKey,
        hostKey: access.secrets.hostKey(slot.name),
      }),
    },
    group: {
      id: parts.placementGroups[slot.group]!,
      location: neighbour?.location.name ?? candidates[0]!.location,
    },
    takeTurn: lanes.order,
  }
  await makeServer(request, job)
}

function planAgain(
  slot: Slot,
  servers: readonly Server[],
  { uid, parts }: ServersRequest,
  { wanted }: Job,
): { found: Server; repairs: ServerRepair[] } {
  const [plan] = planServers([slot], wanted, uid, servers, parts.network.id)
  const { found, repairs } = plan!
  if (found) return { found, repairs }
  throw new LoError('PROVISION_FAILED', `The server ${slot.name}, which was just made, is not there.`, {
    hint: 'Run `lo provision` again: it looks what is there and goes on.',
  })
}

async function mend(
  slot: Slot,
  server: Server,
  repairs: readonly ServerRepair[],
  { uid, parts }: ServersRequest,
  job: Job,
): Promise<void> {
  const { hcloud, wanted } = job
  const what = `server ${server.name}`
  const repair: Record<ServerRepair, () => Promise<void>> = {
    'attach to network': async () =>
      hcloud.wait(what, await hcloud.servers.attachToNetwork(server, parts.network.id), patience),
    'power on': async () => hcloud.wait(what, await hcloud.servers.powerOn(server), patience),
    'set labels': async () => {
      const labels = { ...server.labels, ...serverLabels(wanted.cluster, uid, slot) }
      await hcloud.servers.setLabels(server, labels)
    },
  }
  for (const name of repairs) await repair[name]()
  job.changed(what)
}

function notMended({ name }: Slot, repairs: readonly ServerRepair[]): LoError {
  const message = `The server ${name} is not as it should be, though everything was tried: ${repairs.join(', ')}.`
  return new LoError('PROVISION_FAILED', message, {
    hint: 'Run `lo provision` again; if that does not help, delete the server in the Hetzner Console and run it once more.',
  })
}
