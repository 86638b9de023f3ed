import { LoError } from '../../errors.js'
import type { LoadBalancer } from '../../hcloud/resources/load-balancers.js'
import { step } from '../step.js'
import { apiService, balancerBody } from './bodies.js'
import type { Job } from './job.js'
import { patience } from './make-parts.js'
import type { Plan } from './plan.js'
import { type BalancerRepair, planBalancer } from './plan-balancer.js'
import { readUntil } from './read-until.js'

/** The load balancer before the API, whole; undefined where one control plane needs none. Throws `ACTION_FAILED` when a repair did not help. */
export async function makeBalancer(
  { balancer }: Pick<Plan, 'balancer'>,
  { uid, network, location }: { uid: string; network: number; location: string },
  job: Job,
): Promise<LoadBalancer | undefined> {
  if (!balancer) return undefined
  const { hcloud, wanted, ctx } = job
  const body = balancerBody(wanted, uid, { network, location })
  const what = `load balancer ${body.name}`
  const { found } = balancer
  if (!found) {
    return step(`Make the ${what}`, ctx, async () => {
      const { item, actions } = await hcloud.loadBalancers.create(body)
      await hcloud.wait(what, actions, patience)
      job.changed(what)
      return (await hcloud.loadBalancers.get(item.id)) ?? item
    })
  }
  if (balancer.repairs.length === 0) return found
  const repair: Record<BalancerRepair, () => ReturnType<typeof hcloud.loadBalancers.addService>> = {
    'attach to network': () => hcloud.loadBalancers.attachToNetwork(found, network),
    'add service': () => hcloud.loadBalancers.addService(found, apiService),
    'update service': () => hcloud.loadBalancers.updateService(found, apiService),
    'open to the internet': () => hcloud.loadBalancers.setPublic(found, true),
    'close to the internet': () => hcloud.loadBalancers.setPublic(found, false),
    'add target': () => hcloud.loadBalancers.addTarget(found, body.targets[0]!),
  }
  for (const name of balancer.repairs) await hcloud.wait(what, await repair[name](), patience)
  job.changed(what)
  const missingOf = (one: LoadBalancer | undefined) =>
    one ? planBalancer(one, wanted, uid, network) : ['make it anew, since it has been removed']
  const now = await readUntil(
    () => hcloud.loadBalancers.get(found.id),
    one => one === undefined || missingOf(one).length === 0,
    ctx,
  )
  const missing = missingOf(now)
  if (!now || missing.length > 0) throw notRepaired(what, missing)
  return now
}

/** The API takes some changes for done when something like them is there: what counts is what it shows afterwards. */
function notRepaired(what: string, missing: readonly string[]): LoError {
  return new LoError('ACTION_FAILED', `The ${what} is not as it should be after it was changed.`, {
    detail: `still to do: ${missing.join(', ')}`,
    hint: 'Something else changes it: look at it in the Hetzner Console, then run the same command again.',
  })
}
