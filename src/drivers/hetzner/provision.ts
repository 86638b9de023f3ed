import type { ProvisionOutcome } from '../driver.js'
import type { Credentials } from './access.js'
import { allOf } from './all.js'
import { askNodes } from './ask-nodes.js'
import { checkUpgrade } from './check-upgrade.js'
import { decide } from './decide.js'
import { enterLeaving } from './enter-leaving.js'
import type { Job } from './job.js'
import type { Others, Started } from './join-others.js'
import { label } from './labels.js'
import { makeBalancer } from './make-balancer.js'
import { makeParts } from './make-parts.js'
import { makeServers, type ServersRequest } from './make-servers.js'
import { candidatesOf, type Offers, zoneOf } from './offers.js'
import type { Plan } from './plan.js'
import { preparer } from './prepare-servers.js'
import { redactor } from './redact.js'
import { announcementOf } from './remarks.js'
import { removeSurplus } from './remove-surplus.js'
import { renewSshKey } from './renew-ssh-key.js'
import { startCluster } from './start-cluster.js'
import type { Survey } from './survey.js'

export interface Provisioned extends Started {
  outcome: ProvisionOutcome
}

/**
 * Makes a cluster, or brings it to what is wanted; after any earlier run, wherever that ended. Says first what that costs
 * and who gets in, unless somebody has.
 */
export async function provision(
  given: Job,
  credentials: Credentials,
  changes: readonly string[],
  isAnnounced: boolean,
): Promise<Provisioned> {
  const { wanted, ctx } = given
  const decision = await decide(given, credentials)
  const { survey, offers, uid, access, plan } = decision
  const job = withholding(given, access.joinTokens)
  checkUpgrade((await askNodes(survey, access, job)) ?? [], wanted)
  warn(plan, job)
  for (const message of isAnnounced ? [] : announcementOf(decision, job)) {
    ctx.output.event({ type: 'notice', message })
  }

  const zone = zoneOf(wanted.locations[0]!, offers.locations)
  const parts = await makeParts({ plan, survey, uid, access, zone }, job)
  const location = locationOf(survey, offers, job)
  const request = { plans: plan.servers, uid, parts, access, offers }
  const balancer = makeBalancer(plan, { uid, network: parts.network.id, location }, job)
  const { controlPlanes, workers } = prepareAll(request, job)
  const leaving = () => enterLeaving(plan.surplus.servers, access, job)
  const all = {
    controlPlanes,
    workers,
    leaving,
    isNew: isFresh(plan),
    network: parts.network,
    balancer,
    access,
  }
  // Whatever fails first, nothing goes on behind its back.
  const [started] = await allOf([startCluster(all, job), balancer, ...controlPlanes, ...workers])
  const { older } = access
  if (older) await renewSshKey(survey, uid, { ...access, older }, job)
  await removeSurplus(plan, started.living, job)
  const outcome = survey.uid === undefined ? 'created' : changes.length > 0 ? 'configured' : 'unchanged'
  return { outcome, ...started }
}

/** The same, and none of these is shown: what is read from a server, such as a journal, may hold them. */
function withholding(job: Job, secrets: readonly string[]): Job {
  const redact = redactor(secrets)
  return { ...job, redact: text => redact(job.redact(text)) }
}

/** Where the control plane stands, or is going to. */
export function locationOf({ found }: Survey, offers: Offers, { wanted, ctx }: Job): string {
  const server = found.servers.find(({ name }) => name.startsWith(`${wanted.cluster}-cp-`))
  const [candidate] = candidatesOf(wanted.controlPlane, wanted, offers, ctx.today())
  return server?.location.name ?? candidate?.location ?? wanted.locations[0]!
}

/** Servers on their way to being nodes, each as far as it is by itself. */
function prepareAll(request: ServersRequest, job: Job): Pick<Others, 'controlPlanes' | 'workers'> {
  const servers = makeServers(request, job)
  const prepare = preparer(request, job)
  const prepareRole = (role: 'control-plane' | 'worker') =>
    request.plans
      .filter(({ slot }) => slot.pool.role === role)
      .map(async ({ slot }) => prepare(slot, await servers.get(slot.name)!))
  const nodes = { controlPlanes: prepareRole('control-plane'), workers: prepareRole('worker') }
  // Whoever waits for one may have failed before: then nobody has to hear of its failure, too.
  for (const node of [...nodes.controlPlanes, ...nodes.workers]) node.catch(() => {})
  return nodes
}

/** Whether no control plane can hold data: there has been none, and all of them are made by this run. */
function isFresh({ servers, surplus, network }: Plan): boolean {
  const isInitialized = network !== 'create' && network.labels[label.initialized] !== undefined
  const found = [...servers.flatMap(({ found }) => found ?? []), ...surplus.servers]
  return !isInitialized && found.every(({ labels }) => labels[label.role] !== 'control-plane')
}

/** What a spec asks for and does not get from this run. */
function warn({ servers, surplus, network }: Plan, { ctx, prunes, wanted }: Job): void {
  const differences = servers.flatMap(({ slot, differences }) =>
    differences.map(difference => `${slot.name} stays as it is, though ${difference}`),
  )
  if (network !== 'create' && network.ip_range !== wanted.network.servers) {
    const message = `the network stays ${network.ip_range}, though the spec says ${wanted.network.servers}`
    ctx.output.event({ type: 'warning', message, hint: 'only a new cluster can have another network' })
  }
  for (const message of differences) {
    ctx.output.event({
      type: 'warning',
      message,
      hint: 'delete this server in the Hetzner Console and run `lo provision` to have it made anew',
    })
  }
  if (prunes) return
  for (const { name } of surplus.servers) {
    const message = `${name} is not in the spec any more, and stays`
    ctx.output.event({ type: 'warning', message, hint: '`lo provision --shrink` drains and removes it' })
  }
  const others = [
    ...surplus.loadBalancers.map(({ name }) => [`load balancer ${name}`, ', stays, and is paid for']),
    ...surplus.placementGroups.map(({ name }) => [`placement group ${name}`, ', and stays']),
    ...surplus.firewalls.map(({ name }) => [`firewall ${name}`, ', and stays']),
  ]
  for (const [what, stays] of others) {
    const message = `${what} is not in the spec any more${stays}`
    ctx.output.event({ type: 'warning', message, hint: '`lo provision --shrink` removes it' })
  }
}
