import type { LoadBalancer } from '../../hcloud/resources/load-balancers.js'
import { apiService } from './bodies.js'
import type { Job } from './job.js'

/** Two failed checks 3 s apart take a target out, and as many bring it in: this is for a slow day. */
const patience = 60_000
const pause = 3000

/** The load balancer as it leads to an API server, once it has had time to find one; undefined, and said, when it does not. */
export async function untilServing(
  balancer: LoadBalancer,
  { hcloud, ctx }: Job,
): Promise<LoadBalancer | undefined> {
  if (hasHealthyTarget(balancer)) return balancer
  for (const end = ctx.now() + patience; ctx.now() < end; await ctx.sleep(pause)) {
    const now = await hcloud.loadBalancers.get(balancer.id)
    if (now && hasHealthyTarget(now)) return now
  }
  const message = `the load balancer ${balancer.name} leads to no control plane yet; workers join at one directly`
  ctx.output.event({ type: 'warning', message, hint: 'run `lo provision` again later: it looks once more' })
  return undefined
}

/** Whether the API is reached through it. */
export function hasHealthyTarget({ targets }: LoadBalancer): boolean {
  const servers = targets.flatMap(target => [target, ...(target.targets ?? [])])
  return servers.some(({ health_status = [] }) =>
    health_status.some(
      ({ listen_port, status }) => listen_port === apiService.listen_port && status === 'healthy',
    ),
  )
}
