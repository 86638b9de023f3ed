import type { Action } from '../actions.js'
import type { Api } from '../api.js'
import { actionsOf } from './change.js'
import { collectionOf, type Kind, type Resource } from './collection.js'
import { type Creatable, createOnce, type Named } from './create.js'

export interface LoadBalancerService {
  protocol: 'tcp'
  listen_port: number
  destination_port: number
  proxyprotocol: boolean
  health_check: { protocol: 'tcp'; port: number; interval: number; timeout: number; retries: number }
}

export interface LoadBalancerTarget {
  type: 'label_selector'
  label_selector: { selector: string }
  use_private_ip: boolean
}

interface HealthStatus {
  listen_port: number
  status: 'healthy' | 'unhealthy' | 'unknown'
}

interface ServerTarget {
  type: string
  server?: { id: number }
  health_status?: HealthStatus[]
  use_private_ip?: boolean
}

/** https://docs.hetzner.cloud/reference/cloud#tag/load-balancers; only what `lo` uses. */
export interface LoadBalancer extends Resource {
  public_net: { enabled: boolean; ipv4: { ip: string | null }; ipv6: { ip: string | null } }
  private_net: { network: number; ip: string }[]
  location: { name: string; network_zone: string }
  load_balancer_type: { name: string }
  services: {
    protocol: string
    listen_port: number
    destination_port: number
    proxyprotocol: boolean
    health_check: { protocol: string; port: number; interval: number; timeout: number; retries: number }
  }[]
  targets: (ServerTarget & { label_selector?: { selector: string }; targets?: ServerTarget[] })[]
  protection: { delete: boolean }
}

export interface LoadBalancerWanted extends Named {
  load_balancer_type: string
  location: string
  network: number
  algorithm: { type: 'round_robin' | 'least_connections' }
  public_interface: boolean
  services: LoadBalancerService[]
  targets: LoadBalancerTarget[]
}

type LoadBalancerId = Pick<LoadBalancer, 'id' | 'name'>

export interface LoadBalancers extends Creatable<LoadBalancer, LoadBalancerWanted> {
  attachToNetwork: (balancer: LoadBalancerId, network: number) => Promise<Action[]>
  addService: (balancer: LoadBalancerId, service: LoadBalancerService) => Promise<Action[]>
  /** The service that listens on the same port is changed. */
  updateService: (balancer: LoadBalancerId, service: LoadBalancerService) => Promise<Action[]>
  /** Whether it is reached from the internet. */
  setPublic: (balancer: LoadBalancerId, isPublic: boolean) => Promise<Action[]>
  addTarget: (balancer: LoadBalancerId, target: LoadBalancerTarget) => Promise<Action[]>
}

const kind: Kind = { many: 'load_balancers', one: 'load_balancer', noun: 'load balancer' }

export function openLoadBalancers(api: Api): LoadBalancers {
  const act = actionsOf(api, kind)
  return {
    ...collectionOf<LoadBalancer>(api, kind),
    create: wanted => createOnce<LoadBalancer>(api, kind, wanted),
    attachToNetwork: (balancer, network) => act(balancer, 'attach_to_network', { network }),
    addService: (balancer, service) => act(balancer, 'add_service', service),
    updateService: (balancer, service) => act(balancer, 'update_service', service),
    setPublic: (balancer, isPublic) =>
      act(balancer, isPublic ? 'enable_public_interface' : 'disable_public_interface'),
    addTarget: (balancer, target) => act(balancer, 'add_target', target),
  }
}
