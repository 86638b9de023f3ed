import { LoError } from '../../errors.js'
import type { Made } from '../../hcloud/resources/create.js'
import type { Firewall, FirewallWanted } from '../../hcloud/resources/firewalls.js'
import type { Network } from '../../hcloud/resources/networks.js'
import type { SshKey } from '../../hcloud/resources/ssh-keys.js'
import { step } from '../step.js'
import type { Access } from './access.js'
import { allOf } from './all.js'
import { networkBody, placementGroupBody, sshKeyBody } from './bodies.js'
import type { Job } from './job.js'
import { selectorOf } from './labels.js'
import type { Plan } from './plan.js'
import { isAppliedTo } from './plan-firewall.js'
import { readUntil } from './read-until.js'
import { findForeignKey, type Survey } from './survey.js'

/** What servers are made with. */
export interface Parts {
  network: Network
  /** The name of the key that servers let in. */
  sshKey: string
  /** The firewall of each role, by its number. */
  firewalls: Record<'control-plane' | 'worker', number>
  /** The number of each placement group, by its name. */
  placementGroups: Record<string, number>
}

/** Milliseconds that anything but a server may take. */
export const patience = 120_000

export interface PartsRequest {
  plan: Plan
  survey: Survey
  uid: string
  access: Access
  zone: string
}

/** Makes what servers stand on, all of it at once, and mends what is there. Firewalls are there before any server. */
export async function makeParts(request: PartsRequest, job: Job): Promise<Parts> {
  // Of a new cluster the key comes first: by that it is found out who else begins one.
  const sshKey = await makeSshKey(request, job)
  const [network, firewalls, placementGroups] = await allOf([
    makeNetwork(request, job),
    makeFirewalls(request, job),
    makeGroups(request, job),
  ])
  return { sshKey, network, firewalls, placementGroups }
}

/** Waits for what a creation has begun, and says that something has changed unless it stood there already. */
async function whole<Item>(what: string, made: Made<Item>, job: Job): Promise<Item> {
  await job.hcloud.wait(what, made.actions, patience)
  job.changed(what)
  return made.item
}

async function makeSshKey({ plan, survey, uid, access }: PartsRequest, job: Job): Promise<string> {
  if (plan.sshKey !== 'create') return plan.sshKey.name
  const other = findForeignKey(survey, access.key.publicKey)
  if (other) return other.name
  const body = sshKeyBody(job.wanted.cluster, uid, access.key.publicKey)
  const made = await whole(`SSH key ${body.name}`, await job.hcloud.sshKeys.create(body), job)
  if (survey.uid === undefined) await giveWay(made, job)
  return made.name
}

/**
 * Two runs that begin a cluster of one name at the same moment, on two machines, know nothing of each other. But each looks
 * once more when its key is there, so the later one sees both keys, takes its own away and stops.
 */
async function giveWay(own: SshKey, { hcloud, wanted }: Job): Promise<void> {
  const keys = await hcloud.sshKeys.list({ selector: selectorOf(wanted.cluster) })
  if (keys.every(({ id }) => id >= own.id)) return
  await hcloud.sshKeys.remove(own)
  throw new LoError('CLUSTER_BUSY', `Somebody else has just begun to make the cluster ${wanted.cluster}.`, {
    hint: 'Wait until that has ended, then run `lo provision` again: it goes on with what is there.',
  })
}

async function makeNetwork({ plan, survey, uid, access, zone }: PartsRequest, job: Job): Promise<Network> {
  const { hcloud, wanted, ctx } = job
  const isForeign = findForeignKey(survey, access.key.publicKey) !== undefined
  const body = networkBody(wanted, uid, zone, isForeign ? access.key.publicKey : undefined)
  if (plan.network === 'create') {
    return step(`Make the network ${body.name}`, ctx, async () =>
      whole(`network ${body.name}`, await hcloud.networks.create(body), job),
    )
  }
  const { network } = plan
  if (plan.needsSubnet) {
    await hcloud.wait(
      `network ${network.name}`,
      await hcloud.networks.addSubnet(network, body.subnets[0]!),
      patience,
    )
    job.changed(`network ${network.name}`)
  }
  return network
}

async function makeFirewalls({ plan }: PartsRequest, job: Job): Promise<Parts['firewalls']> {
  const { hcloud, ctx } = job
  const ids = await allOf(
    plan.firewalls.map(async ({ wanted, found, setRules, apply }) => {
      const what = `firewall ${wanted.name}`
      if (!found) {
        const item = await step(`Make the ${what}`, ctx, async () =>
          whole(what, await hcloud.firewalls.create(wanted), job),
        )
        return item.id
      }
      if (setRules) await hcloud.wait(what, await hcloud.firewalls.setRules(found, wanted.rules), patience)
      if (apply) await applyFirewall(found, wanted, job)
      if (setRules || apply) job.changed(what)
      return found.id
    }),
  )
  // Without workers there is no firewall for them, and nobody who would need it.
  return { 'control-plane': ids[0]!, worker: ids[1] ?? ids[0]! }
}

/** When the API takes it for done there is nothing to wait for: then it has to show. */
async function applyFirewall(
  found: Firewall,
  { apply_to }: FirewallWanted,
  { hcloud, ctx }: Job,
): Promise<void> {
  const what = `firewall ${found.name}`
  const actions = await hcloud.firewalls.applyTo(found, apply_to)
  if (actions.length > 0) return hcloud.wait(what, actions, patience)
  const isRight = (one: Firewall | undefined) => one !== undefined && isAppliedTo(one, apply_to)
  if (isRight(await readUntil(() => hcloud.firewalls.get(found.id), isRight, ctx))) return
  throw new LoError('ACTION_FAILED', `The ${what} does not cover the servers of the cluster.`, {
    hint: 'Something else changes it: look at it in the Hetzner Console, then run the same command again.',
  })
}

async function makeGroups({ plan, uid }: PartsRequest, job: Job): Promise<Record<string, number>> {
  const { hcloud, wanted } = job
  const pairs = await allOf(
    plan.placementGroups.map(async ({ name, found }) => {
      if (found) return [name, found.id] as const
      const made = await hcloud.placementGroups.create(placementGroupBody(wanted.cluster, uid, name))
      return [name, (await whole(`placement group ${name}`, made, job)).id] as const
    }),
  )
  return Object.fromEntries(pairs)
}
