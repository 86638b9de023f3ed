import { type ActionWatch, watchActions } from './actions.js'
import { type Api, type HcloudOptions, type HcloudWorld, openApi } from './api.js'
import { checkRights } from './check-rights.js'
import { type Catalogue, openCatalogue } from './resources/catalogue.js'
import { type Firewalls, openFirewalls } from './resources/firewalls.js'
import { type LoadBalancers, openLoadBalancers } from './resources/load-balancers.js'
import { type Networks, openNetworks } from './resources/networks.js'
import { openPlacementGroups, type PlacementGroups } from './resources/placement-groups.js'
import { openPrimaryIps, type PrimaryIps } from './resources/primary-ips.js'
import { openServers, type Servers } from './resources/servers.js'
import { openSshKeys, type SshKeys } from './resources/ssh-keys.js'
import { openVolumes, type Volumes } from './resources/volumes.js'

/**
 * The Hetzner Cloud project that a token belongs to. Failures are `HcloudError` and `ActionError`, or the reason of the
 * context's signal.
 */
export interface Hcloud extends ActionWatch {
  servers: Servers
  networks: Networks
  firewalls: Firewalls
  loadBalancers: LoadBalancers
  placementGroups: PlacementGroups
  sshKeys: SshKeys
  volumes: Volumes
  primaryIps: PrimaryIps
  catalogue: Catalogue
  /** Throws `TOKEN_REFUSED` for a token that may only read; changes nothing. */
  checkRights: () => Promise<void>
  /** How many calls have been made, and how many may be. */
  budget: Api['budget']
}

/** Makes no call yet. Throws `TOKEN_MISSING` and `TOKEN_REFUSED` for what cannot be a token or an address. */
export function openHcloud(options: HcloudOptions, world: HcloudWorld): Hcloud {
  const api = openApi(options, world)
  return {
    servers: openServers(api),
    networks: openNetworks(api),
    firewalls: openFirewalls(api),
    loadBalancers: openLoadBalancers(api),
    placementGroups: openPlacementGroups(api),
    sshKeys: openSshKeys(api),
    volumes: openVolumes(api),
    primaryIps: openPrimaryIps(api),
    catalogue: openCatalogue(api),
    checkRights: () => checkRights(api),
    budget: api.budget,
    ...watchActions(api),
  }
}
