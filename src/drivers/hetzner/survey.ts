import { LoError } from '../../errors.js'
import type { Hcloud } from '../../hcloud/hcloud.js'
import type { Labels } from '../../hcloud/resources/collection.js'
import type { LoadBalancer } from '../../hcloud/resources/load-balancers.js'
import type { SshKey } from '../../hcloud/resources/ssh-keys.js'
import { commonUid, label } from './labels.js'
import { fingerprintOf } from './openssh.js'
import type { Found } from './plan.js'

/** A whole project, as far as it concerns a cluster. */
export interface Survey {
  /** What has the name of the cluster in its labels. */
  found: Found
  /** Everything else, by kind: names that are taken, keys that are there, what uses the network. */
  foreign: Found
  /** Load balancers of services that an earlier destroy has marked as the cluster's. */
  services: LoadBalancer[]
  /** The cluster's own number; undefined when nothing is there that has one. */
  uid: string | undefined
}

/**
 * Reads all that is in a project. It takes one call for each kind, as a list of what has a label would, and tells at
 * once which names are taken. Throws `CLUSTER_WRONG` when there are two clusters of this name.
 */
export async function surveyProject(hcloud: Hcloud, cluster: string): Promise<Survey> {
  const [sshKeys, networks, firewalls, placementGroups, loadBalancers, servers] = await Promise.all([
    hcloud.sshKeys.list(),
    hcloud.networks.list(),
    hcloud.firewalls.list(),
    hcloud.placementGroups.list(),
    hcloud.loadBalancers.list(),
    hcloud.servers.list(),
  ])
  const all: Found = { sshKeys, networks, firewalls, placementGroups, loadBalancers, servers }
  const isNamed = ({ labels }: { labels: Labels }) => labels[label.cluster] === cluster
  const found = filterAll(all, isNamed)
  const uid = commonUid(cluster, Object.values(found).flat())
  // Those of services are no part that `provision` makes or removes.
  const [services, own] = [true, false].map(isWanted =>
    found.loadBalancers.filter(balancer => isOfService(balancer) === isWanted),
  )
  return {
    found: { ...found, loadBalancers: own! },
    foreign: filterAll(all, item => !isNamed(item)),
    services: services!,
    uid,
  }
}

/** A project holds each key once: that of a file may be there already, under a name that is not ours. */
export function findForeignKey({ foreign }: Pick<Survey, 'foreign'>, publicKey: string): SshKey | undefined {
  const fingerprint = fingerprintOf(publicKey)
  return foreign.sshKeys.find(key => key.fingerprint === fingerprint)
}

type Item = { labels: Labels }

function filterAll(all: Found, isMeant: (item: Item) => boolean): Found {
  return {
    sshKeys: all.sshKeys.filter(isMeant),
    networks: all.networks.filter(isMeant),
    firewalls: all.firewalls.filter(isMeant),
    placementGroups: all.placementGroups.filter(isMeant),
    loadBalancers: all.loadBalancers.filter(isMeant),
    servers: all.servers.filter(isMeant),
  }
}

/** The cloud controller marks the load balancers it makes with the service that each is for. */
export const isOfService = ({ labels }: Item) => labels['hcloud-ccm/service-uid'] !== undefined

interface Name {
  what: string
  name: string
  taken: readonly { id: number; name: string }[]
}

/** Names that the cluster wants and that something else has. Throws `CLOUD_REFUSED` with all of them. */
export function checkNames(names: readonly Name[]): void {
  const clashes = names.flatMap(({ what, name, taken }) =>
    taken.filter(one => one.name === name).map(({ id }) => `${what} ${name}: taken by ${id}`),
  )
  if (clashes.length === 0) return
  throw new LoError('CLOUD_REFUSED', 'Names that the cluster needs are taken by what is not managed by it.', {
    detail: clashes.join('\n'),
    hint: 'lo touches none of these. Remove or rename them, or choose another metadata.name.',
  })
}
