import type { Planned } from '../../events.js'
import type { Credentials } from './access.js'
import { allOf } from './all.js'
import { servicesOf, volumesOf } from './belongings.js'
import { decide } from './decide.js'
import { describeInside, describePlan } from './describe-plan.js'
import { formatHoldings, planHoldings } from './holdings.js'
import type { Job } from './job.js'
import { planNodes } from './plan-nodes.js'
import { chooser, remarksOn } from './remarks.js'

export interface RemarkedPlan {
  parts: Planned[]
  /** What it costs now, and afterwards, who reaches it, and what of the account it needs. */
  remarks: string[]
}

/** Everything that a provision would do, and what that costs. Refuses what a provision would refuse; writes nothing. */
export async function planProvision(job: Job, credentials: Credentials): Promise<RemarkedPlan> {
  const { wanted, prunes, hcloud } = job
  const [decision, allVolumes, primaryIps] = await allOf([
    decide(job, credentials),
    hcloud.volumes.list(),
    hcloud.primaryIps.list(),
  ])
  const { survey, access, plan, offers } = decision
  const inside = { services: servicesOf(survey), volumes: volumesOf(survey, allVolumes, wanted.cluster) }
  const choose = chooser(offers, job)
  const options = { cluster: wanted.cluster, choose, prunes, renewsKey: access.older !== undefined }
  return {
    parts: [
      ...describePlan(plan, options),
      ...describeInside(inside),
      ...(await planNodes(survey, access, job)),
    ],
    remarks: [
      ...remarksOn(decision, inside, job),
      ...formatHoldings(planHoldings({ ...decision, ...inside, primaryIps, prunes })),
    ],
  }
}
