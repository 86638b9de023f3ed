import type { Hcloud } from '../../hcloud/hcloud.js'
import type { LoadBalancer } from '../../hcloud/resources/load-balancers.js'
import type { PrimaryIp } from '../../hcloud/resources/primary-ips.js'
import type { Volume } from '../../hcloud/resources/volumes.js'
import { commonUid, label } from './labels.js'
import type { Found } from './plan.js'
import { isOfService, type Survey, surveyProject } from './survey.js'

/** All that a destroy has to do with. */
export interface Belongings {
  uid: string | undefined
  found: Found
  /** Made from the inside of the cluster, for services of it. */
  services: LoadBalancer[]
  /** Made from the inside of the cluster: they hold data. */
  volumes: Volume[]
  primaryIps: PrimaryIp[]
}

/** Finds all that is of a cluster, with what was made from its inside. */
export async function findBelongings(hcloud: Hcloud, cluster: string): Promise<Belongings> {
  const [survey, volumes, primaryIps] = await Promise.all([
    surveyProject(hcloud, cluster),
    hcloud.volumes.list(),
    hcloud.primaryIps.list(),
  ])
  const named = volumes.filter(({ labels }) => labels[label.cluster] === cluster)
  // Volumes may outlive their cluster, and another one of the same name may have come since.
  const uid = survey.uid ?? commonUid(cluster, named)
  return {
    uid,
    found: survey.found,
    services: servicesOf(survey),
    volumes: volumesOf({ ...survey, uid }, volumes, cluster),
    primaryIps: primaryIps.filter(
      ({ labels }) => labels[label.cluster] === cluster && labels[label.uid] === uid,
    ),
  }
}

/** Load balancers of services, by the network or the servers they lead to. */
export function servicesOf(survey: Survey): LoadBalancer[] {
  const servers = new Set(survey.found.servers.map(({ id }) => id))
  return [
    ...survey.services,
    ...survey.foreign.loadBalancers.filter(one => isServiceOf(one, survey, servers)),
  ]
}

/** Volumes by the label that the CSI driver gives them, or by the server they are attached to. */
export function volumesOf(
  { found, uid }: Pick<Survey, 'found' | 'uid'>,
  volumes: readonly Volume[],
  cluster: string,
): Volume[] {
  const servers = new Set(found.servers.map(({ id }) => id))
  return volumes.filter(
    ({ labels, server }) =>
      (uid !== undefined && labels[label.cluster] === cluster && labels[label.uid] === uid) ||
      (labels['managed-by'] === 'csi-driver' && server !== null && servers.has(server)),
  )
}

function isServiceOf(balancer: LoadBalancer, { found }: Survey, servers: ReadonlySet<number>): boolean {
  if (!isOfService(balancer)) return false
  const networks = new Set(found.networks.map(({ id }) => id))
  return (
    balancer.private_net.some(({ network }) => networks.has(network)) ||
    balancer.targets.some(({ server }) => server !== undefined && servers.has(server.id))
  )
}

/** What a destroy removes, a line each. */
export function listBelongings(
  { found, services, volumes, primaryIps }: Belongings,
  takesVolumes: boolean,
): string[] {
  const lines = (what: string, items: readonly { name: string }[]) =>
    items.map(({ name }) => `${what} ${name}`)
  return [
    ...found.servers.map(
      ({ name, server_type, location }) => `server ${name} (${server_type.name}, ${location.name})`,
    ),
    ...lines('load balancer of a service', services),
    ...lines('load balancer', found.loadBalancers),
    ...(takesVolumes ? volumes.map(({ name, size }) => `volume ${name} (${size} GB) with its data`) : []),
    ...lines('placement group', found.placementGroups),
    ...lines('firewall', found.firewalls),
    ...lines('primary IP', primaryIps),
    ...lines('network', found.networks),
    ...lines('SSH key', found.sshKeys),
  ]
}
