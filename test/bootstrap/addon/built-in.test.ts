import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, renameSync } from 'node:fs'
import path from 'node:path'
import { execa } from 'execa'
import { expect, inject, it } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { builtInFolder, listAddons } from '../../../src/bootstrap/built-in.js'
import { loadChart } from '../../../src/project/spec/chart.js'
import { makeFolder, writeFiles } from '../../helpers/project.js'
import { builtInCharts } from './built-in-charts.js'
import { chartFiles, helms, render } from './renders.js'

const names = ['ccm', 'cert-manager', 'cilium', 'csi', 'metallb', 'metrics-server']
const values = {
  LOK8S_USER_HCLOUD_TOKEN: '0123456789',
  LOK8S_USER_HCLOUD_NETWORK: '4711',
  LOK8S_USER_HCLOUD_LOCATION: 'fsn1',
  LOK8S_USER_CLUSTER_UID: '0042',
  LOK8S_SPEC_CLUSTER_NAME: 'prod',
  LOK8S_SPEC_LOADBALANCER_POOL: '10.0.0.1-10.0.0.9',
}
const itWithHelm = it.runIf(helms.length > 0)

/** Puts a chart of the same shape where the real one would be kept once it was downloaded. */
async function cacheChart(name: string): Promise<string> {
  const cache = makeFolder()
  const { chart } = loadChart(path.join(builtInFolder(), name, 'chart.yaml'), name)
  const { values, template } = builtInCharts[chart.chart]!
  const source = makeFolder()
  writeFiles(source, chartFiles({ 'all.yaml': template, './values.yaml': values }, chart.chart))
  const helm = path.join(inject('helms')[helms[0]!]!, 'helm')
  await execa(helm, ['package', path.join(source, chart.chart), '--destination', source])
  const hash = createHash('sha256').update(chart.repository!).digest('hex').slice(0, 16)
  const folder = path.join(cache, 'lok8s/charts', hash)
  mkdirSync(folder, { recursive: true })
  const archive = path.join(folder, `${chart.chart}-${chart.version}.tgz`)
  renameSync(path.join(source, `${chart.chart}-1.2.3.tgz`), archive)
  return cache
}

/** The objects of a built-in addon for a cluster of some kind, by kind and name. */
async function renderBuiltIn(name: string, driver = 'rehearsal', more: Record<string, string> = {}) {
  const cache = await cacheChart(name)
  const settings = { builtIn: builtInFolder(), driver, variables: { ...values, ...more } }
  const { text } = await render({}, name, { cache, settings, usesBuiltIn: true })
  const objects = parseAllDocuments(text).map(document => document.toJS())
  return {
    isStable: async () => (await render({}, name, { cache, settings, usesBuiltIn: true })).text === text,
    get: (kind: string, name: string) =>
      objects.find(object => object.kind === kind && object.metadata.name === name),
    objects,
  }
}

it('has these addons, each with a summary, a pinned chart and a line in the README', () => {
  const folder = builtInFolder()
  const readme = readFileSync(path.join(folder, 'README.md'), 'utf8')
  expect(listAddons(folder)).toEqual(names)
  expect(readdirSync(folder).filter(name => name !== 'README.md')).toEqual(names)
  for (const name of names) {
    const kustomization = readFileSync(path.join(folder, name, 'kustomization.yaml'), 'utf8')
    expect(kustomization).toMatch(/^# \S/)
    expect(readme).toContain(`| \`${name}\` | ${kustomization.split('\n')[0]!.slice(2)}`)
    expect(kustomization).toContain(`lok8s.dev/name: ${name}\n`)
  }
})

itWithHelm.each(names)('renders %s the same each time, labelled', async name => {
  const { isStable, objects } = await renderBuiltIn(name)
  expect(await isStable()).toBe(true)
  for (const object of objects) {
    expect(object.metadata.labels).toMatchObject({ 'lok8s.dev/name': name, 'lok8s.dev/type': 'system' })
  }
})

itWithHelm('renders cilium for k3s on Hetzner Cloud', async () => {
  const { get } = await renderBuiltIn('cilium', 'hetzner')
  expect(get('ConfigMap', 'cilium-config').data).toEqual({
    'kube-proxy-replacement': 'true',
    ipam: 'kubernetes',
    'routing-mode': 'tunnel',
    'tunnel-protocol': 'vxlan',
  })
  expect(get('DaemonSet', 'cilium').spec.template.spec.containers[0].env).toEqual([
    { name: 'KUBERNETES_SERVICE_HOST', value: '127.0.0.1' },
    { name: 'KUBERNETES_SERVICE_PORT', value: '6444' },
  ])
  expect(get('Deployment', 'cilium-operator').spec.replicas).toBe(1)
  expect(get('Secret', 'cilium-ca')).toBeUndefined()
})

itWithHelm.each([
  ['1', 1],
  ['3', 2],
])('runs the operator of cilium as fits %s control planes', async (planes, replicas) => {
  const { get } = await renderBuiltIn('cilium', 'hetzner', { LOK8S_USER_CONTROL_PLANES: planes })
  expect(get('Deployment', 'cilium-operator').spec.replicas).toBe(replicas)
  expect(get('ConfigMap', 'cilium-config').data).toMatchObject({ 'kube-proxy-replacement': 'true' })
})

itWithHelm('leaves kube-proxy alone on a local cluster', async () => {
  const { get } = await renderBuiltIn('cilium', 'lo')
  const expected = { 'kube-proxy-replacement': 'false', ipam: 'kubernetes' }
  expect(get('ConfigMap', 'cilium-config').data).toMatchObject(expected)
})

itWithHelm('gives ccm the token and the network, as text', async () => {
  const { get } = await renderBuiltIn('ccm', 'hetzner')
  expect(get('Secret', 'hcloud')).toMatchObject({
    metadata: { namespace: 'kube-system' },
    stringData: { token: '0123456789', network: '4711' },
  })
  const [container] = get('Deployment', 'hcloud-cloud-controller-manager').spec.template.spec.containers
  expect(container.command).toContain('--cluster-cidr=10.244.0.0/16')
  expect(container.env).toEqual([
    { name: 'HCLOUD_INSTANCES_ZONE_LABEL_ENABLED', value: 'false' },
    { name: 'HCLOUD_LOAD_BALANCERS_LOCATION', value: 'fsn1' },
    { name: 'HCLOUD_LOAD_BALANCERS_USE_PRIVATE_IP', value: 'true' },
    { name: 'HCLOUD_NETWORK_ROUTES_ENABLED', value: 'false' },
    { name: 'HCLOUD_TOKEN', valueFrom: { secretKeyRef: { name: 'hcloud', key: 'token' } } },
    { name: 'HCLOUD_NETWORK', valueFrom: { secretKeyRef: { name: 'hcloud', key: 'network' } } },
  ])
})

itWithHelm('has csi label volumes as those of this cluster, and gives it a Secret of its own', async () => {
  const { get } = await renderBuiltIn('csi', 'hetzner')
  expect(get('Secret', 'hcloud-csi').stringData).toEqual({ token: '0123456789' })
  expect(get('Deployment', 'hcloud-csi-controller').spec.template.spec.containers[0].env).toEqual([
    { name: 'HCLOUD_TOKEN', valueFrom: { secretKeyRef: { name: 'hcloud-csi', key: 'token' } } },
    { name: 'HCLOUD_VOLUME_EXTRA_LABELS', value: 'lok8s.dev/cluster=prod,lok8s.dev/uid=0042,' },
    { name: 'HCLOUD_VOLUME_DEFAULT_LOCATION', value: 'fsn1' },
  ])
})

itWithHelm('keeps pods from the metadata service, which csi asks from the network of its node', async () => {
  const cilium = await renderBuiltIn('cilium', 'hetzner')
  expect(cilium.get('CiliumClusterwideNetworkPolicy', 'no-cloud-metadata').spec).toMatchObject({
    endpointSelector: {},
    enableDefaultDeny: { ingress: false, egress: false },
    egressDeny: [{ toCIDR: ['169.254.169.254/32'] }],
  })
  const csi = await renderBuiltIn('csi', 'hetzner')
  expect(csi.get('DaemonSet', 'hcloud-csi-node').spec.template.spec.hostNetwork).toBe(true)
})

itWithHelm('gives metallb its addresses, and no BGP', async () => {
  const { get } = await renderBuiltIn('metallb')
  expect(get('IPAddressPool', 'default').spec.addresses).toEqual(['10.0.0.1-10.0.0.9'])
  expect(get('L2Advertisement', 'default')).toBeDefined()
  expect(get('Namespace', 'metallb-system')).toBeDefined()
  expect(get('DaemonSet', 'metallb-speaker').spec.template.spec.containers).toHaveLength(1)
})

itWithHelm('takes cert-manager with its definitions, and without the job that waits', async () => {
  const { get } = await renderBuiltIn('cert-manager')
  expect(get('CustomResourceDefinition', 'certificates.cert-manager.io')).toBeDefined()
  expect(get('Namespace', 'cert-manager')).toBeDefined()
  expect(get('Job', 'startupapicheck')).toBeUndefined()
})

itWithHelm('lets metrics-server trust the kubelets of kind, and no others', async () => {
  const argsOn = async (driver: string) =>
    (await renderBuiltIn('metrics-server', driver)).get('Deployment', 'metrics-server').spec.template.spec
      .containers[0].args
  expect(await argsOn('lo')).toContain('--kubelet-insecure-tls')
  expect(await argsOn('hetzner')).not.toContain('--kubelet-insecure-tls')
})
