import type { Planned } from '../../events.js'
import { type Credentials, planAccess } from './access.js'
import { billOf } from './cost.js'
import { describePlan, formatBill, pricedBy } from './describe-plan.js'
import type { Job } from './job.js'
import { loadOffers } from './load-offers.js'
import { candidatesOf } from './offers.js'
import { planCluster } from './plan.js'
import { planNodes } from './plan-nodes.js'
import { preflight } from './preflight.js'
import { newUid } from './secrets.js'
import type { Slot } from './slots.js'
import { surveyProject } from './survey.js'

export interface RemarkedPlan {
  parts: Planned[]
  /** What it costs now, and afterwards, and who reaches it. */
  remarks: string[]
}

/** Everything that a provision would do, and what that costs. Refuses what a provision would refuse; writes nothing. */
export async function planProvision(job: Job, credentials: Credentials): Promise<RemarkedPlan> {
  const { hcloud, wanted, ctx, prunes } = job
  const [survey, offers] = await Promise.all([
    surveyProject(hcloud, wanted.cluster),
    loadOffers(hcloud, wanted.image),
  ])
  const uid = survey.uid ?? newUid()
  const access = planAccess(credentials, wanted.cluster, uid, survey.found.sshKeys[0])
  await preflight(job, survey, uid, offers)
  const plan = planCluster(wanted, uid, survey.found)
  const choose = (slot: Slot) => candidatesOf(slot.pool, wanted, offers, ctx.today())[0]!
  const options = { cluster: wanted.cluster, choose, prunes, renewsKey: access.older !== undefined }
  const { before, after } = pricedBy(plan, survey.found, options)
  return {
    parts: [...describePlan(plan, options), ...(await planNodes(survey, access, job))],
    remarks: [
      `now:        ${formatBill(billOf(before, offers.pricing))}`,
      `afterwards: ${formatBill(billOf(after, offers.pricing))}`,
      `open:       SSH to ${whom(wanted.access.ssh)}, the API to ${whom(wanted.access.api)}`,
    ],
  }
}

function whom(ranges: readonly string[]): string {
  if (ranges.length === 0) return 'nobody'
  return ranges.includes('0.0.0.0/0') ? 'everybody' : ranges.join(' and ')
}
