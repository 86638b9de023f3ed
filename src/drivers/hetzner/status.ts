import type { Hcloud } from '../../hcloud/hcloud.js'
import type { LoadBalancer } from '../../hcloud/resources/load-balancers.js'
import type { ClusterStatus } from '../driver.js'
import { servicesOf, volumesOf } from './belongings.js'
import { billOf } from './cost.js'
import { formatBill } from './describe-plan.js'
import { pricedFound } from './priced.js'
import { slotsOf } from './slots.js'
import { surveyProject } from './survey.js'
import type { Wanted } from './wanted.js'

/** How the servers of a cluster are, as the API has it, and what all of it costs. Asks none of the servers. */
export async function readStatus(hcloud: Hcloud, wanted: Wanted): Promise<ClusterStatus> {
  const [survey, allVolumes] = await Promise.all([
    surveyProject(hcloud, wanted.cluster),
    hcloud.volumes.list(),
  ])
  const { found, uid } = survey
  if (uid === undefined) return { state: 'absent', missing: [] }
  const running = new Set(found.servers.filter(({ status }) => status === 'running').map(({ name }) => name))
  const missing = [
    ...slotsOf(wanted).flatMap(({ name }) => (running.has(name) ? [] : [name])),
    ...(wanted.controlPlane.replicas > 1 && found.loadBalancers.length === 0 ? ['the load balancer'] : []),
  ]
  const services = servicesOf(survey)
  const volumes = volumesOf(survey, allVolumes, wanted.cluster)
  const paid = { servers: found.servers, loadBalancers: [...found.loadBalancers, ...services], volumes }
  const bill = billOf(pricedFound(paid), await hcloud.catalogue.pricing())
  const facts = [
    ...found.servers.map(
      ({ name, status, server_type, location }) =>
        `${name}: ${server_type.name} in ${location.name}, ${status}`,
    ),
    ...found.loadBalancers.map(one => `${one.name}: load balancer ${placeOf(one)}`),
    ...services.map(one => `${one.name}: load balancer of a Service ${placeOf(one)}`),
    ...volumes.map(
      ({ name, size, server }) =>
        `${name}: volume of ${size} GB, ${server === null ? 'not attached' : 'attached'}`,
    ),
    `Cost: ${formatBill(bill)}`,
  ]
  if (missing.length === 0) return { state: 'running', missing, facts }
  return { state: running.size === 0 && found.servers.length > 0 ? 'stopped' : 'degraded', missing, facts }
}

const placeOf = ({ public_net }: LoadBalancer) =>
  public_net.enabled ? `at ${public_net.ipv4.ip}` : 'in the private network alone'
