import type { FirewallRule, FirewallWanted } from '../../hcloud/resources/firewalls.js'
import type { LoadBalancerService, LoadBalancerWanted } from '../../hcloud/resources/load-balancers.js'
import type { NetworkWanted } from '../../hcloud/resources/networks.js'
import type { PlacementGroupWanted } from '../../hcloud/resources/placement-groups.js'
import type { ServerWanted } from '../../hcloud/resources/servers.js'
import type { SshKeyWanted } from '../../hcloud/resources/ssh-keys.js'
import { digestOfBody, identity, label, roleSelector } from './labels.js'
import { balancerName, firewallName, networkName, sshKeyName } from './names.js'
import { balancerType } from './offers.js'
import { digestOf, keyOf } from './openssh.js'
import type { Slot } from './slots.js'
import type { Wanted } from './wanted.js'

/** The first thing that is made of a cluster, and the last that goes: it carries the uid. */
export function sshKeyBody(cluster: string, uid: string, publicKey: string): SshKeyWanted {
  return {
    name: sshKeyName(cluster, uid),
    public_key: keyOf(publicKey),
    labels: { ...identity(cluster, uid), [label.key]: digestOf(publicKey) },
  }
}

/**
 * With its one subnet, so that no moment is without one. `foreignKey` is what servers let in, where that key is in the
 * project under a name that is not ours: then the network tells of it.
 */
export function networkBody(
  { cluster, network }: Wanted,
  uid: string,
  zone: string,
  foreignKey?: string,
): NetworkWanted {
  return {
    name: networkName(cluster),
    ip_range: network.servers,
    subnets: [{ type: 'cloud', ip_range: network.servers, network_zone: zone }],
    labels: { ...identity(cluster, uid), ...(foreignKey && { [label.key]: digestOf(foreignKey) }) },
  }
}

const everybody = ['0.0.0.0/0', '::/0']

/** Whether anybody may reach the API. A load balancer has no firewall: it is public only then. */
export function isApiOpen({ access }: Wanted): boolean {
  return access.api.includes('0.0.0.0/0')
}

const apiPort = 6443

/** Whom a firewall lets in. Whatever no rule names is dropped; the private network has no firewall at all. */
function rulesOf(access: Wanted['access'], hasApi: boolean): FirewallRule[] {
  const tcp = (port: number, source_ips: string[], description: string): FirewallRule[] =>
    source_ips.length > 0
      ? [{ direction: 'in', protocol: 'tcp', port: String(port), source_ips, description }]
      : []
  return [
    ...tcp(22, access.ssh, 'SSH'),
    ...(hasApi ? tcp(apiPort, access.api, 'Kubernetes API') : []),
    { direction: 'in', protocol: 'icmp', source_ips: everybody, description: 'ping' },
  ]
}

/** One firewall for control planes, and one for workers when there are any. A server has one from its first moment. */
export function firewallBodies(
  wanted: Wanted,
  uid: string,
  hasWorkers = wanted.workers.length > 0,
): FirewallWanted[] {
  const { cluster, access } = wanted
  const body = (role: 'control-plane' | 'worker'): FirewallWanted => ({
    name: firewallName(cluster, role),
    rules: rulesOf(access, role === 'control-plane'),
    apply_to: [{ type: 'label_selector', label_selector: { selector: roleSelector(cluster, uid, role) } }],
    labels: { ...identity(cluster, uid), [label.role]: role },
  })
  return [body('control-plane'), ...(hasWorkers ? [body('worker')] : [])]
}

export function placementGroupBody(cluster: string, uid: string, name: string): PlacementGroupWanted {
  return { name, type: 'spread', labels: identity(cluster, uid) }
}

/** A target is out after two failed checks: 3 s between them is the least the API allows. */
export const apiService: LoadBalancerService = {
  protocol: 'tcp',
  listen_port: apiPort,
  destination_port: apiPort,
  proxyprotocol: false,
  health_check: { protocol: 'tcp', port: apiPort, interval: 3, timeout: 2, retries: 2 },
}

/** Its targets are whatever control planes there are: it needs none of them yet. */
export function balancerBody(
  wanted: Wanted,
  uid: string,
  { network, location }: { network: number; location: string },
): LoadBalancerWanted {
  const { cluster } = wanted
  return {
    name: balancerName(cluster),
    load_balancer_type: balancerType,
    location,
    network,
    algorithm: { type: 'least_connections' },
    public_interface: isApiOpen(wanted),
    services: [apiService],
    targets: [
      {
        type: 'label_selector',
        label_selector: { selector: roleSelector(cluster, uid, 'control-plane') },
        use_private_ip: true,
      },
    ],
    labels: identity(cluster, uid),
  }
}

/** What a server is made with beside its place: what exists already, and what it does at its first boot. */
export interface ServerParts {
  type: string
  location: string
  network: number
  firewall: number
  placementGroup: number | undefined
  sshKey: string
  userData: string
}

export function serverBody(wanted: Wanted, uid: string, slot: Slot, parts: ServerParts): ServerWanted {
  const { type, location, network, firewall, placementGroup, sshKey, userData } = parts
  return {
    name: slot.name,
    server_type: type,
    location,
    image: wanted.image,
    ssh_keys: [sshKey],
    networks: [network],
    firewalls: [{ firewall }],
    ...(placementGroup !== undefined && { placement_group: placementGroup }),
    user_data: userData,
    start_after_create: true,
    public_net: { enable_ipv4: true, enable_ipv6: true },
    labels: { ...serverLabels(wanted.cluster, uid, slot), [label.spec]: specDigest(wanted, type, location) },
  }
}

/** The labels that a server has for as long as it is in this place. */
export function serverLabels(cluster: string, uid: string, { pool, index }: Slot) {
  return {
    ...identity(cluster, uid),
    [label.role]: pool.role,
    [label.pool]: pool.name,
    [label.index]: String(index),
  }
}

/** What of a spec only a new server can get. */
function specDigest({ image }: Wanted, type: string, location: string): string {
  return digestOfBody({ image, type, location })
}
