import { expect, it } from 'vitest'
import { parse } from 'yaml'
import {
  controlPlaneConfig,
  joinAddress,
  mayNodeSet,
  workerConfig,
} from '../../../src/drivers/hetzner/k3s-config.js'
import { wantedOf } from './clusters.js'

const node = {
  name: 'prod-cp-1',
  privateIp: '10.0.0.2',
  publicIp: '198.18.0.1',
  labels: { team: 'platform', 'node-role.kubernetes.io/gpu': '' },
  taints: [{ key: 'team', value: 'platform', effect: 'NoSchedule' as const }],
}
const cluster = {
  network: wantedOf().network,
  apiNames: ['198.18.0.9', '10.0.0.9', '198.18.0.1'],
}

it('makes a new cluster on the first control plane', () => {
  expect(parse(controlPlaneConfig(node, cluster, { cluster: 'new' }))).toEqual({
    'cluster-init': true,
    'token-file': '/etc/rancher/k3s/token',
    'node-name': 'prod-cp-1',
    'node-ip': '10.0.0.2',
    'node-external-ip': '198.18.0.1',
    'kubelet-arg': ['cloud-provider=external'],
    'node-label': ['team=platform'],
    'advertise-address': '10.0.0.2',
    'tls-san': ['10.0.0.2', '10.0.0.9', '127.0.0.1', '198.18.0.1', '198.18.0.9'],
    'flannel-backend': 'none',
    'disable-network-policy': true,
    'disable-kube-proxy': true,
    'disable-cloud-controller': true,
    disable: ['traefik', 'servicelb', 'local-storage', 'metrics-server'],
    'secrets-encryption': true,
    'write-kubeconfig-mode': '0600',
    'cluster-cidr': '10.244.0.0/16',
    'service-cidr': '10.96.0.0/16',
    'cluster-dns': '10.96.0.10',
    'node-taint': ['team=platform:NoSchedule'],
  })
})

// https://docs.k3s.io/cli/server#critical-configuration-values
it('says the same of the cluster on every control plane', () => {
  const critical = [
    'cluster-cidr',
    'service-cidr',
    'cluster-dns',
    'disable',
    'flannel-backend',
    'secrets-encryption',
  ]
  const second = { ...node, name: 'prod-cp-2', privateIp: '10.0.0.3', publicIp: '198.18.0.2' }
  const first = parse(controlPlaneConfig(node, cluster, { cluster: 'new' }))
  const join = { cluster: 'existing', server: joinAddress('10.0.0.2') } as const
  const joined = parse(controlPlaneConfig(second, cluster, join))
  expect(critical.map(key => joined[key])).toEqual(critical.map(key => first[key]))
  expect(joined).toMatchObject({ server: 'https://10.0.0.2:6443' })
  expect(joined).not.toHaveProperty('cluster-init')
})

it('lets a worker join, with its labels and taints, and with nothing of the control plane', () => {
  const taints = [{ key: 'gpu', value: 'yes', effect: 'NoExecute' as const }]
  expect(parse(workerConfig({ ...node, name: 'prod-gpu-1', taints }, joinAddress('10.0.0.2')))).toEqual({
    server: 'https://10.0.0.2:6443',
    'token-file': '/etc/rancher/k3s/token',
    'node-name': 'prod-gpu-1',
    'node-ip': '10.0.0.2',
    'node-external-ip': '198.18.0.1',
    'kubelet-arg': ['cloud-provider=external'],
    'node-label': ['team=platform'],
    'node-taint': ['gpu=yes:NoExecute'],
  })
})

it.each([
  ['team', true],
  ['example.com/team', true],
  ['node.kubernetes.io/pool', true],
  ['pool.node.kubernetes.io/x', true],
  ['node-role.kubernetes.io/gpu', false],
  ['kubernetes.io/team', false],
  ['k8s.io/team', false],
])('knows whether a node may give itself the label %s: %s', (key, may) => {
  expect(mayNodeSet(key)).toBe(may)
})
