import { stringify } from 'yaml'
import type { Taint, Wanted } from './wanted.js'

/** What k3s on one server has to know: https://docs.k3s.io/cli/server. */
export interface NodeFacts {
  /** Of the server and of the node. */
  name: string
  privateIp: string
  publicIp: string
  labels: Record<string, string>
  taints: Taint[]
}

export interface ClusterFacts {
  network: Wanted['network']
  /** Names and addresses by which the API is reached: control planes, load balancer, host names. */
  apiNames: readonly string[]
}

export const tokenFile = '/etc/rancher/k3s/token'

/** The first control plane makes the cluster; every other node joins at `server`, such as `https://10.0.0.2:6443`. */
export type Joining = { cluster: 'new' } | { cluster: 'existing'; server: string }

const port = 6443

/** Where nodes join: an address of the private network. */
export function joinAddress(ip: string): string {
  return `https://${ip}:${port}`
}

/** The address of the DNS service: the tenth of the service range, as everybody has it. */
function dnsAddress(services: string): string {
  return services.replace(/\d+\/\d+$/, '10')
}

/** `/etc/rancher/k3s/config.yaml` of a control plane. What is not of one node has to be the same on all of them. */
export function controlPlaneConfig(node: NodeFacts, cluster: ClusterFacts, joining: Joining): string {
  const { network, apiNames } = cluster
  return stringify({
    ...(joining.cluster === 'new' ? { 'cluster-init': true } : { server: joining.server }),
    ...nodeConfig(node),
    'advertise-address': node.privateIp,
    'tls-san': [...new Set(['127.0.0.1', node.privateIp, node.publicIp, ...apiNames])].sort(),
    'flannel-backend': 'none',
    'disable-network-policy': true,
    'disable-kube-proxy': true,
    'disable-cloud-controller': true,
    disable: ['traefik', 'servicelb', 'local-storage', 'metrics-server'],
    'secrets-encryption': true,
    'write-kubeconfig-mode': '0600',
    'cluster-cidr': network.pods,
    'service-cidr': network.services,
    'cluster-dns': dnsAddress(network.services),
    'node-taint': node.taints.map(formatTaint),
  })
}

/** `/etc/rancher/k3s/config.yaml` of a worker. */
export function workerConfig(node: NodeFacts, server: string): string {
  return stringify({ server, ...nodeConfig(node), 'node-taint': node.taints.map(formatTaint) })
}

function nodeConfig({ name, privateIp, publicIp, labels }: NodeFacts) {
  return {
    'token-file': tokenFile,
    'node-name': name,
    'node-ip': privateIp,
    'node-external-ip': publicIp,
    'kubelet-arg': ['cloud-provider=external'],
    'node-label': Object.entries(labels)
      .filter(([key]) => mayNodeSet(key))
      .map(([key, value]) => `${key}=${value}`),
  }
}

/**
 * Whether a node may give itself a label. With any other the kubelet does not start, so those are set through the API:
 * https://kubernetes.io/docs/reference/access-authn-authz/admission-controllers/#noderestriction.
 */
export function mayNodeSet(key: string): boolean {
  const [prefix] = key.includes('/') ? key.split('/') : ['']
  const isReserved = /(^|\.)(kubernetes|k8s)\.io$/.test(prefix!)
  return !isReserved || /(^|\.)(kubelet|node)\.kubernetes\.io$/.test(prefix!)
}

function formatTaint({ key, value, effect }: Taint): string {
  return `${key}=${value}:${effect}`
}
