import type { Labels } from '../resources/collection.js'

/** What every simulated resource has. Moments are milliseconds of the simulator's clock. */
export interface Item {
  id: number
  name: string
  labels: Labels
  created: number
}

export interface ServerItem extends Item {
  status: 'running' | 'initializing' | 'off'
  type: string
  location: string
  image: string
  placementGroup: number | undefined
  networks: { network: number; ip: string; mac: string }[]
  ipv4: number | undefined
  ipv6: number | undefined
  protection: { delete: boolean; rebuild: boolean }
  isRescue: boolean
  /** Never part of an answer. */
  userData: string
  sshKeys: string[]
}

export interface NetworkItem extends Item {
  range: string
  subnets: { type: string; range: string; zone: string }[]
  isProtected: boolean
}

export interface FirewallRuleItem {
  direction: 'in' | 'out'
  protocol: string
  port: string | null
  source_ips: string[]
  destination_ips: string[]
  description: string | null
}

export interface FirewallItem extends Item {
  rules: FirewallRuleItem[]
  /** Servers it is applied to, and whether that is done. */
  servers: Map<number, 'pending' | 'applied'>
  selectors: Set<string>
}

export interface ServiceItem {
  protocol: string
  listen_port: number
  destination_port: number
  proxyprotocol: boolean
  health_check: { protocol: string; port: number; interval: number; timeout: number; retries: number }
}

export interface TargetItem {
  server?: number
  selector?: string
  usesPrivateIp: boolean
  since: number
}

export interface LoadBalancerItem extends Item {
  type: string
  location: string
  algorithm: string
  isPublic: boolean
  address: string
  network: { network: number; ip: string } | undefined
  services: ServiceItem[]
  targets: TargetItem[]
  isProtected: boolean
}

export interface PlacementGroupItem extends Item {
  type: 'spread'
}

export interface SshKeyItem extends Item {
  publicKey: string
  fingerprint: string
}

export interface VolumeItem extends Item {
  size: number
  location: string
  server: number | undefined
  format: string | null
  status: 'available' | 'creating'
  isProtected: boolean
}

export interface PrimaryIpItem extends Item {
  type: 'ipv4' | 'ipv6'
  ip: string
  location: string
  server: number | undefined
  isAutoDeleted: boolean
  isProtected: boolean
}

/** One thing the API does after it has answered. */
export interface ActionItem {
  id: number
  command: string
  resources: { id: number; type: string }[]
  started: number
  /** When it ends. */
  due: number
  status: 'running' | 'success' | 'error'
  error: { code: string; message: string } | null
  /** What it brings about. */
  effect: () => void
  /** The API does not tell about it any more. */
  isForgotten: boolean
}

/** Everything in a project. */
export interface State {
  servers: Map<number, ServerItem>
  networks: Map<number, NetworkItem>
  firewalls: Map<number, FirewallItem>
  loadBalancers: Map<number, LoadBalancerItem>
  placementGroups: Map<number, PlacementGroupItem>
  sshKeys: Map<number, SshKeyItem>
  volumes: Map<number, VolumeItem>
  primaryIps: Map<number, PrimaryIpItem>
  actions: Map<number, ActionItem>
  /** Servers that are gone, and not yet taken off what they were attached to. */
  leaving: Map<number, ServerItem>
}

export function emptyState(): State {
  return {
    servers: new Map(),
    networks: new Map(),
    firewalls: new Map(),
    loadBalancers: new Map(),
    placementGroups: new Map(),
    sshKeys: new Map(),
    volumes: new Map(),
    primaryIps: new Map(),
    actions: new Map(),
    leaving: new Map(),
  }
}
