import { type Belongings, servicesOf } from './belongings.js'
import { billOf } from './cost.js'
import type { Decision } from './decide.js'
import { type Choose, formatBill } from './describe-plan.js'
import type { Job } from './job.js'
import { candidatesOf, type Offers } from './offers.js'
import type { Plan } from './plan.js'
import { pricedBelongings, pricedBy } from './priced.js'

type RemarkJob = Pick<Job, 'wanted' | 'ctx' | 'prunes'>

/** What people should know before a provision: what the cluster costs now and afterwards, and who gets in. */
export function remarksOn(
  { survey: { found }, plan, offers }: Pick<Decision, 'survey' | 'plan' | 'offers'>,
  { services, volumes }: Pick<Belongings, 'services' | 'volumes'>,
  job: RemarkJob,
): string[] {
  const paid = { servers: found.servers, loadBalancers: [...found.loadBalancers, ...services], volumes }
  const { before, after } = pricedBy(plan, paid, { choose: chooser(offers, job), prunes: job.prunes })
  const { ssh, api } = job.wanted.access
  return [
    `now:        ${formatBill(billOf(before, offers.pricing))}`,
    `afterwards: ${formatBill(billOf(after, offers.pricing))}`,
    `open:       SSH to ${whom(ssh)}, the API to ${whom(api)}`,
  ]
}

/**
 * The same for a provision that is about to begin; nothing when it neither makes nor removes what is paid for. Volumes
 * are left out: it does not read them.
 */
export function announcementOf(
  decision: Pick<Decision, 'survey' | 'plan' | 'offers'>,
  job: RemarkJob,
): string[] {
  const { survey, plan } = decision
  if (!changesCost(plan, job.prunes)) return []
  const remarks = remarksOn(decision, { services: servicesOf(survey), volumes: [] }, job)
  return survey.uid === undefined ? remarks : [...remarks, 'volumes:    what they cost comes on top']
}

function changesCost({ servers, balancer, surplus }: Plan, prunes: boolean): boolean {
  const makes = servers.some(({ found }) => !found) || (balancer !== undefined && !balancer.found)
  const removes = prunes && surplus.servers.length + surplus.loadBalancers.length > 0
  return makes || removes
}

/** What people should know before a destroy: what of the cost ends, and what stays. Or why there may be nothing. */
export async function remarksOnDestroy(
  all: Belongings,
  takesVolumes: boolean,
  { hcloud, wanted }: Pick<Job, 'hcloud' | 'wanted'>,
): Promise<string[]> {
  if (all.uid === undefined) {
    return [
      `nothing of the cluster ${wanted.cluster} is in the project of HCLOUD_TOKEN: if it was made with another token, it may be in the project of that one`,
    ]
  }
  const { ending, kept } = pricedBelongings(all, takesVolumes)
  const pricing = await hcloud.catalogue.pricing()
  const volumes = all.volumes.map(({ name }) => `volume ${name}`).join(', ')
  return [
    ...(ending.length > 0 ? [`ends: ${formatBill(billOf(ending, pricing))}`] : []),
    ...(kept.length > 0
      ? [
          `stays: ${volumes}, with ${formatBill(billOf(kept, pricing))}; --volumes removes them and their data`,
        ]
      : []),
  ]
}

/** Where a new server is ordered first: preflight has made sure that there is such a place. */
export function chooser(offers: Offers, { wanted, ctx }: Pick<RemarkJob, 'wanted' | 'ctx'>): Choose {
  return ({ pool }) => candidatesOf(pool, wanted, offers, ctx.today())[0]!
}

function whom(ranges: readonly string[]): string {
  if (ranges.length === 0) return 'nobody'
  return ranges.includes('0.0.0.0/0') ? 'everybody' : ranges.join(' and ')
}
