import type { Firewall, FirewallWanted } from '../../hcloud/resources/firewalls.js'
import type { LoadBalancer } from '../../hcloud/resources/load-balancers.js'
import type { Network } from '../../hcloud/resources/networks.js'
import type { PlacementGroup } from '../../hcloud/resources/placement-groups.js'
import type { Server } from '../../hcloud/resources/servers.js'
import type { SshKey } from '../../hcloud/resources/ssh-keys.js'
import { firewallBodies } from './bodies.js'
import { label } from './labels.js'
import { groupsOf, placementGroupName } from './names.js'
import { type BalancerRepair, planBalancer } from './plan-balancer.js'
import { hasRules, isAppliedTo } from './plan-firewall.js'
import { planServers, type ServerPlan } from './plan-servers.js'
import { slotsOf } from './slots.js'
import type { Wanted } from './wanted.js'

/** Everything of a cluster that is in the project, by its labels. */
export interface Found {
  sshKeys: SshKey[]
  networks: Network[]
  firewalls: Firewall[]
  placementGroups: PlacementGroup[]
  loadBalancers: LoadBalancer[]
  servers: Server[]
}

/** What has to happen so that the project holds what is wanted. A value: nothing has happened yet. */
export interface Plan {
  sshKey: SshKey | 'create'
  network: Network | 'create'
  /** The network is there, and still needs its subnet. */
  needsSubnet: boolean
  /** With those that the spec does not want any more, as long as they cover a server. */
  firewalls: { wanted: FirewallWanted; found: Firewall | undefined; setRules: boolean; apply: boolean }[]
  placementGroups: { name: string; found: PlacementGroup | undefined }[]
  balancer: { found: LoadBalancer | undefined; repairs: BalancerRepair[] } | undefined
  servers: ServerPlan[]
  /** What the spec does not want any more. Removed only when that is asked for. */
  surplus: Pick<Found, 'servers' | 'placementGroups' | 'firewalls' | 'loadBalancers'>
}

/** Compares what is wanted with what is there. `uid` is the number of the cluster, of a new one too. */
export function planCluster(wanted: Wanted, uid: string, found: Found): Plan {
  const network = found.networks[0]
  const slots = slotsOf(wanted)
  const groups = [wanted.controlPlane, ...wanted.workers].flatMap(({ name, replicas }) =>
    Array.from({ length: groupsOf(replicas) }, (_, position) =>
      placementGroupName(wanted.cluster, name, position + 1),
    ),
  )
  const firewalls = firewallBodies(wanted, uid)
  const needsBalancer = wanted.controlPlane.replicas > 1
  const [balancer, ...moreBalancers] = found.loadBalancers
  return {
    sshKey: found.sshKeys[0] ?? 'create',
    network: network ?? 'create',
    needsSubnet: network !== undefined && network.subnets.length === 0,
    firewalls: [...firewalls, ...leftFirewalls(wanted, uid, found)].map(body =>
      planFirewall(body, found.firewalls),
    ),
    placementGroups: groups.map(name => ({
      name,
      found: found.placementGroups.find(group => group.name === name),
    })),
    balancer: needsBalancer
      ? { found: balancer, repairs: balancer ? planBalancer(balancer, wanted, uid, network?.id) : [] }
      : undefined,
    servers: planServers(slots, wanted, uid, found.servers, network?.id),
    surplus: {
      servers: found.servers.filter(({ name }) => !slots.some(slot => slot.name === name)),
      placementGroups: found.placementGroups.filter(({ name }) => !groups.includes(name)),
      firewalls: found.firewalls.filter(({ name }) => !firewalls.some(body => body.name === name)),
      loadBalancers: needsBalancer ? moreBalancers : found.loadBalancers,
    },
  }
}

/** Workers that the spec dropped still run until they are removed: whom they let in follows the spec until then. */
function leftFirewalls(wanted: Wanted, uid: string, { servers, firewalls }: Found): FirewallWanted[] {
  const hasWorkers = servers.some(({ labels }) => labels[label.role] !== 'control-plane')
  if (wanted.workers.length > 0 || !hasWorkers) return []
  return firewallBodies(wanted, uid, true).filter(
    body => body.labels[label.role] === 'worker' && firewalls.some(({ name }) => name === body.name),
  )
}

function planFirewall(wanted: FirewallWanted, firewalls: readonly Firewall[]): Plan['firewalls'][number] {
  const found = firewalls.find(({ name }) => name === wanted.name)
  return {
    wanted,
    found,
    setRules: found !== undefined && !hasRules(found, wanted.rules),
    apply: found !== undefined && !isAppliedTo(found, wanted.apply_to),
  }
}
