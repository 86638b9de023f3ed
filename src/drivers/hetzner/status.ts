import type { Hcloud } from '../../hcloud/hcloud.js'
import type { ClusterStatus } from '../driver.js'
import { billOf } from './cost.js'
import { formatBill, pricedFound } from './describe-plan.js'
import { slotsOf } from './slots.js'
import { surveyProject } from './survey.js'
import type { Wanted } from './wanted.js'

/** How the servers of a cluster are, as the API has it, and what all of it costs. Asks none of the servers. */
export async function readStatus(hcloud: Hcloud, wanted: Wanted): Promise<ClusterStatus> {
  const { found, uid } = await surveyProject(hcloud, wanted.cluster)
  if (uid === undefined) return { state: 'absent', missing: [] }
  const running = new Set(found.servers.filter(({ status }) => status === 'running').map(({ name }) => name))
  const missing = [
    ...slotsOf(wanted).flatMap(({ name }) => (running.has(name) ? [] : [name])),
    ...(wanted.controlPlane.replicas > 1 && found.loadBalancers.length === 0 ? ['the load balancer'] : []),
  ]
  const bill = billOf(pricedFound(found), await hcloud.catalogue.pricing())
  const facts = [
    ...found.servers.map(
      ({ name, status, server_type, location }) =>
        `${name}: ${server_type.name} in ${location.name}, ${status}`,
    ),
    ...found.loadBalancers.map(({ name, public_net }) =>
      public_net.enabled
        ? `${name}: load balancer at ${public_net.ipv4.ip}`
        : `${name}: private load balancer`,
    ),
    `Cost: ${formatBill(bill)}`,
  ]
  if (missing.length === 0) return { state: 'running', missing, facts }
  return { state: running.size === 0 && found.servers.length > 0 ? 'stopped' : 'degraded', missing, facts }
}
