import type { Server } from '../../hcloud/resources/servers.js'
import type { ProvisionOutcome } from '../driver.js'
import type { Credentials } from './access.js'
import { allOf, joined } from './all.js'
import { askNodes } from './ask-nodes.js'
import { checkUpgrade } from './check-upgrade.js'
import { decide } from './decide.js'
import { enterLeaving } from './enter-leaving.js'
import type { Job } from './job.js'
import { makeBalancer } from './make-balancer.js'
import { makeParts } from './make-parts.js'
import { makeServers, type ServersRequest } from './make-servers.js'
import { candidatesOf, type Offers, zoneOf } from './offers.js'
import type { Plan } from './plan.js'
import { preparer } from './prepare-servers.js'
import { redactor } from './redact.js'
import { removeSurplus } from './remove-surplus.js'
import { renewSshKey } from './renew-ssh-key.js'
import { type ClusterRequest, type Started, startCluster } from './start-cluster.js'
import type { Survey } from './survey.js'

export interface Provisioned extends Started {
  outcome: ProvisionOutcome
}

/** Makes a cluster, or brings it to what is wanted; after any earlier run, wherever that ended. */
export async function provision(
  given: Job,
  credentials: Credentials,
  changes: readonly string[],
): Promise<Provisioned> {
  const { wanted } = given
  const { survey, offers, uid, access, plan } = await decide(given, credentials)
  const job = withholding(given, access.joinTokens)
  const nodes = await askNodes(survey, access, job)
  if (nodes) checkUpgrade(nodes, wanted)
  warn(plan, job)

  const zone = zoneOf(wanted.locations[0]!, offers.locations)
  const parts = await makeParts({ plan, survey, uid, access, zone }, job)
  const location = locationOf(survey, offers, job)
  const request = { plans: plan.servers, uid, parts, access, offers }
  const [balancer, { servers, failures }] = await allOf([
    makeBalancer(plan, { uid, network: parts.network.id, location }, job),
    makeServers(request, job),
  ])
  const leaving = () => enterLeaving(plan.surplus.servers, access, job)
  const started = await startAll(request, { servers, balancer, leaving }, job)
  const { older } = access
  if (older) await renewSshKey(survey, uid, { ...access, older }, job)
  if (failures.length > 0) throw joined(failures)
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

interface Machines extends Pick<ClusterRequest, 'balancer' | 'leaving'> {
  servers: ReadonlyMap<string, Server>
}

async function startAll(request: ServersRequest, machines: Machines, job: Job): Promise<Started> {
  const { plans, access, parts } = request
  const { servers, balancer, leaving } = machines
  const prepare = preparer(request, job)
  const prepareAll = (role: 'control-plane' | 'worker') =>
    plans
      .filter(({ slot }) => slot.pool.role === role && servers.has(slot.name))
      .map(({ slot }) => prepare(slot, servers.get(slot.name)!))
  const [controlPlanes, workers] = [prepareAll('control-plane'), prepareAll('worker')]
  // Whoever waits for them may have failed before: then nobody has to hear of their failure, too.
  for (const worker of workers) worker.catch(() => {})
  const nodes = { controlPlanes: await allOf(controlPlanes), workers, leaving }
  return startCluster({ ...nodes, network: parts.network, balancer, access }, job)
}

/** What a spec asks for and does not get from this run. */
function warn({ servers, surplus, network }: Plan, { ctx, prunes, wanted }: Job): void {
  const differences = servers.flatMap(({ slot, differences }) =>
    differences.map(difference => `${slot.name} stays as it is, though ${difference}`),
  )
  const tooMany = prunes
    ? []
    : surplus.servers.map(({ name }) => `${name} is not in the spec any more, and stays`)
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
  for (const message of tooMany) {
    ctx.output.event({ type: 'warning', message, hint: '`lo provision --shrink` drains and removes it' })
  }
}
