import pLimit from 'p-limit'
import { LoError } from '../../errors.js'
import { HcloudError } from '../../hcloud/hcloud-error.js'
import type { Server } from '../../hcloud/resources/servers.js'
import type { Access } from './access.js'
import { forAll, joined, parallel } from './all.js'
import { serverLabels } from './bodies.js'
import type { Job } from './job.js'
import { selectorOf } from './labels.js'
import type { Parts } from './make-parts.js'
import { makeServer, type ServerRequest } from './make-server.js'
import { candidatesOf, type Offers } from './offers.js'
import { planServers, type ServerPlan, type ServerRepair } from './plan-servers.js'
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

export interface MadeServers {
  /** By name. Each runs, and has its address in the network. */
  servers: Map<string, Server>
  /** Why workers are missing that could not be made. */
  failures: LoError[]
}

/**
 * Makes all servers that are missing, several at a time, and mends those that are there. Workers that cannot be made
 * keep nobody else from being started; throws when it is a control plane.
 */
export async function makeServers(request: ServersRequest, job: Job): Promise<MadeServers> {
  const missing = request.plans.filter(({ found }) => !found)
  const failures = await orderAll(missing, request, job)
  const wanted = request.plans.filter(({ slot }) => !failures.has(slot.name))
  const answer = (plans: readonly ServerPlan[]): MadeServers => ({
    servers: new Map(plans.map(({ slot, found }) => [slot.name, found!])),
    failures: [...failures.values()],
  })
  if (wanted.every(({ found, repairs }) => found && repairs.length === 0)) return answer(wanted)
  // Twice at most: what a repair has brought about is read back.
  for (let round = 1; ; round += 1) {
    const plans = await planAgain(wanted, request, job)
    const broken = plans.filter(({ repairs }) => repairs.length > 0)
    if (broken.length === 0) return answer(plans)
    if (round > 2) throw notMended(broken)
    await forAll(broken, plan => mend(plan, request, job))
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

/** Answers with what kept workers from being made, by their names. */
async function orderAll(
  missing: readonly ServerPlan[],
  request: ServersRequest,
  job: Job,
): Promise<Map<string, LoError>> {
  const { uid, parts, access, offers } = request
  const failures = new Map<string, LoError>()
  const takeTurn = turns()
  const order = async ({ slot }: ServerPlan) => {
    const hostKey = access.secrets.hostKey(slot.name)
    try {
      await makeServer(
        {
          slot,
          uid,
          candidates: candidatesOf(slot.pool, job.wanted, offers, job.ctx.today()),
          parts: {
            network: parts.network.id,
            firewall: parts.firewalls[slot.pool.role],
            placementGroup: parts.placementGroups[slot.group]!,
            sshKey: parts.sshKey,
            userData: renderUserData({ userKey: access.key.publicKey, hostKey }),
          },
          takeTurn,
        },
        job,
      )
    } catch (error) {
      if (!(error instanceof LoError)) throw error
      failures.set(slot.name, error)
    }
  }
  await forAll(missing, order, Number.POSITIVE_INFINITY)
  if (missing.some(({ slot }) => slot.pool.role === 'control-plane' && failures.has(slot.name))) {
    throw joined([...failures.values()])
  }
  return failures
}

async function planAgain(
  before: readonly ServerPlan[],
  { uid, parts }: ServersRequest,
  { hcloud, wanted }: Job,
): Promise<ServerPlan[]> {
  const servers = await hcloud.servers.list({ selector: selectorOf(wanted.cluster) })
  const slots = before.map(({ slot }) => slot)
  const plans = planServers(slots, wanted, uid, servers, parts.network.id)
  const gone = plans.filter(({ found }) => !found).map(({ slot }) => slot.name)
  if (gone.length === 0) return plans
  throw new LoError('PROVISION_FAILED', `Servers that were just made are not there: ${gone.join(', ')}.`, {
    hint: 'Run `lo provision` again: it looks what is there and goes on.',
  })
}

async function mend(
  { slot, found, repairs }: ServerPlan,
  { uid, parts }: ServersRequest,
  job: Job,
): Promise<void> {
  const { hcloud, wanted } = job
  const server = found!
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

function notMended(broken: readonly ServerPlan[]): LoError {
  return new LoError('PROVISION_FAILED', 'Servers are not as they should be, though everything was tried.', {
    detail: broken.map(({ slot, repairs }) => `${slot.name}: ${repairs.join(', ')}`).join('\n'),
    hint: 'Run `lo provision` again; if that does not help, delete these servers in the Hetzner Console and run it once more.',
  })
}
