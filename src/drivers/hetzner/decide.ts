import { type Access, type Credentials, knownKeyOf, planAccess } from './access.js'
import type { Job } from './job.js'
import { loadOffers } from './load-offers.js'
import type { Offers } from './offers.js'
import { type Plan, planCluster } from './plan.js'
import { preflight } from './preflight.js'
import { newUid } from './secrets.js'
import { type Survey, surveyProject } from './survey.js'

/** What there is, what Hetzner offers, and what has to happen: all that is known before the first write. */
export interface Decision {
  survey: Survey
  offers: Offers
  /** The number of the cluster; that of a new one is drawn here. */
  uid: string
  access: Access
  plan: Plan
}

/** Looks and decides. Refuses what can be refused before anything is made; writes nothing. */
export async function decide(job: Job, credentials: Credentials): Promise<Decision> {
  const { hcloud, wanted } = job
  const [survey, offers] = await Promise.all([
    surveyProject(hcloud, wanted.cluster),
    loadOffers(hcloud, wanted.image),
    hcloud.checkRights(),
  ])
  const uid = survey.uid ?? newUid()
  const access = planAccess(credentials, wanted.cluster, uid, knownKeyOf(survey.found))
  const plan = planCluster(wanted, uid, survey.found)
  await preflight(job, { survey, offers, uid, plan })
  return { survey, offers, uid, access, plan }
}
