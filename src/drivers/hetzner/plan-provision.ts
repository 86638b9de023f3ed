import type { Planned } from '../../events.js'
import type { Credentials } from './access.js'
import { billOf } from './cost.js'
import { decide } from './decide.js'
import { describePlan, formatBill, pricedBy } from './describe-plan.js'
import type { Job } from './job.js'
import { candidatesOf } from './offers.js'
import { planNodes } from './plan-nodes.js'
import type { Slot } from './slots.js'

export interface RemarkedPlan {
  parts: Planned[]
  /** What it costs now, and afterwards, and who reaches it. */
  remarks: string[]
}

/** Everything that a provision would do, and what that costs. Refuses what a provision would refuse; writes nothing. */
export async function planProvision(job: Job, credentials: Credentials): Promise<RemarkedPlan> {
  const { wanted, ctx, prunes } = job
  const { survey, offers, access, plan } = await decide(job, credentials)
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
