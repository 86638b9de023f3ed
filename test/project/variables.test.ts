import path from 'node:path'
import { expect, it } from 'vitest'
import { findDomain } from '../../src/project/domain.js'
import { loadDomain } from '../../src/project/spec/load.js'
import { type ClusterFlags, kubeconfigFile, loadVariables } from '../../src/project/variables.js'
import { recordEvents } from '../helpers/events.js'
import { clusterSpec } from '../helpers/project.js'
import { projectOf } from '../helpers/specs.js'

const spec = clusterSpec('example.com', '  kubernetes: { version: v1.33.5 }\n')
const kubeconfig = (server: string) => `apiVersion: v1
kind: Config
clusters:
  - name: main
    cluster: { server: "${server}" }
  - name: standby
    cluster: { server: "https://standby.example.com:8443" }
contexts:
  - name: admin@standby
    context: { cluster: standby, user: admin }
  - name: lost
    context: { cluster: gone, user: admin }
current-context: admin@standby
`

function loadIn(files: Record<string, string>, flags: ClusterFlags = {}, env: Record<string, string> = {}) {
  const project = projectOf({ 'clusters/example.com/cluster.lok8s.yaml': spec, ...files })
  const { cluster } = loadDomain(project, findDomain(project, 'example.com'))
  const { output, events } = recordEvents()
  const variables = loadVariables(project, cluster, flags, { cwd: project.root, env, output })
  return { variables, events, file: path.relative(project.root, kubeconfigFile(project, cluster)) }
}

const ofSpec = {
  LOK8S_SPEC_CLUSTER_NAME: 'test',
  LOK8S_SPEC_CLUSTER_DOMAIN: 'example.com',
  LOK8S_SPEC_CLUSTER_NAMESPACE: 'default',
  LOK8S_SPEC_KUBERNETES_VERSION: 'v1.33.5',
}

it('has what the spec says, and no address without a kubeconfig', () => {
  const { variables, events, file } = loadIn({})
  expect(variables).toEqual(ofSpec)
  expect(events).toEqual([])
  expect(file).toBe('.kubeconfig/test.yaml')
})

it('leaves unset what the spec does not say', () => {
  const without = clusterSpec('example.com')
  const { variables } = loadIn({ 'clusters/example.com/cluster.lok8s.yaml': without })
  expect(variables.LOK8S_SPEC_KUBERNETES_VERSION).toBeUndefined()
})

it.each([
  ['a host and a port', 'https://api.example.com:6444', 'api.example.com', '6444'],
  ['no port', 'https://api.example.com', 'api.example.com', '6443'],
  ['the port of https, written out', 'https://api.example.com:443', 'api.example.com', '443'],
  ['a path', 'https://rancher.example.com:8443/k8s/clusters/c-1', 'rancher.example.com', '8443'],
  ['an IPv4 address', 'https://192.0.2.1:6443', '192.0.2.1', '6443'],
  ['an IPv6 address', 'https://[2001:db8::1]:6443', '2001:db8::1', '6443'],
  ['an IPv6 address without a port', 'https://[::1]', '::1', '6443'],
  ['a server without TLS', 'http://127.0.0.1:8080', '127.0.0.1', '8080'],
])('reads the address of the API server from the kubeconfig: %s', (_what, server, host, port) => {
  const { variables, events } = loadIn({ '.kubeconfig/test.yaml': kubeconfig(server) })
  expect(variables).toEqual({ ...ofSpec, LOK8S_USER_API_HOST: host, LOK8S_USER_API_PORT: port })
  expect(events).toEqual([])
})

it('has what kinds say of their own', () => {
  const more = '  kubernetes: { version: v1.33.5 }\n  dns: { domainFilter: example.org }\n'
  const lo = `${more}  loadBalancer: { pool: 10.0.0.1-10.0.0.9 }\n  network: { name: n, cidr: 10.0.0.0/24 }\n  registries: { prefix: r }\n`
  const spec = clusterSpec('example.com', lo).replace('Rehearsal', 'Lo')
  const { variables } = loadIn({ 'clusters/example.com/cluster.lok8s.yaml': spec })
  expect(variables).toEqual({
    ...ofSpec,
    LOK8S_SPEC_DNS_DOMAINFILTER: 'example.org',
    LOK8S_SPEC_LOADBALANCER_POOL: '10.0.0.1-10.0.0.9',
    LOK8S_SPEC_LOADBALANCER_POOL_START: '10.0.0.1',
    LOK8S_SPEC_LOADBALANCER_POOL_END: '10.0.0.9',
    LOK8S_SPEC_NETWORK_NAME: 'n',
    LOK8S_SPEC_NETWORK_SUBNET: '10.0.0.0/24',
    LOK8S_SPEC_REGISTRY_PREFIX: 'r',
  })
})

it('finds the kubeconfig under its older name first', () => {
  const { variables, file } = loadIn({
    '.kubeconfig/test.yaml': kubeconfig('https://newer.example.com'),
    '.kubeconfig/secret.example.com.yaml': kubeconfig('https://older.example.com'),
  })
  expect(variables.LOK8S_USER_API_HOST).toBe('older.example.com')
  expect(file).toBe('.kubeconfig/secret.example.com.yaml')
})

it('refuses a context that the kubeconfig does not have', () => {
  const files = { '.kubeconfig/test.yaml': kubeconfig('https://main.example.com') }
  expect(() => loadIn(files, { context: 'nope' })).toThrow(
    'The kubeconfig has no context "nope" (--context).',
  )
})

it('refuses a kubeconfig that is named and not there', () => {
  expect(() => loadIn({}, { kubeconfig: 'nowhere' })).toThrow(
    /^There is no kubeconfig .*\/nowhere \(--kubeconfig\)\.$/,
  )
})

it('takes the kubeconfig that is named, from the working folder', () => {
  const files = {
    '.kubeconfig/test.yaml': kubeconfig('https://own.example.com'),
    'other/config': kubeconfig('https://named.example.com'),
  }
  expect(loadIn(files, { kubeconfig: 'other/config' }).variables.LOK8S_USER_API_HOST).toBe(
    'named.example.com',
  )
})

it('takes the cluster of the context that is named, and else the first cluster', () => {
  const files = { '.kubeconfig/test.yaml': kubeconfig('https://main.example.com') }
  expect(loadIn(files).variables.LOK8S_USER_API_HOST).toBe('main.example.com')
  expect(loadIn(files, { context: 'admin@standby' }).variables).toMatchObject({
    LOK8S_USER_API_HOST: 'standby.example.com',
    LOK8S_USER_API_PORT: '8443',
  })
})

it.each([
  ['a context whose cluster is not there', kubeconfig('https://main.example.com'), { context: 'lost' }],
  [
    'a context without a cluster, and a cluster without a name',
    'clusters: [{ cluster: { server: "https://main.example.com" } }]\ncontexts: [{ name: lost }]\n',
    { context: 'lost' },
  ],
  ['no address', kubeconfig(''), {}],
  ['an address without a scheme', kubeconfig('api.example.com:6443'), {}],
  ['an address that is none', kubeconfig('https://'), {}],
  ['no cluster', 'apiVersion: v1\nkind: Config\nclusters: []\n', {}],
  ['clusters that are no list', 'clusters: many\n', {}],
  ['a list', '- a\n', {}],
  ['nothing in it', '', {}],
  ['what is no YAML', 'a: [\n', {}],
  ['binary', '\0\u0001\u0002', {}],
])('warns of a kubeconfig with %s, and goes on', (_what, text, flags) => {
  const { variables, events } = loadIn({ '.kubeconfig/test.yaml': text }, flags)
  expect(variables).toEqual(ofSpec)
  expect(events).toEqual([
    {
      type: 'warning',
      file: expect.stringMatching(/\.kubeconfig\/test\.yaml$/),
      message: expect.stringContaining('no API server can be read from this kubeconfig'),
    },
  ])
})

it('lets the environment win', () => {
  const env = { LOK8S_SPEC_CLUSTER_NAME: 'mine', LOK8S_USER_API_HOST: 'tunnel', LOK8S_USER_OWN: '' }
  const files = { '.kubeconfig/test.yaml': kubeconfig('https://main.example.com') }
  expect(loadIn(files, {}, env).variables).toEqual({
    ...ofSpec,
    LOK8S_SPEC_CLUSTER_NAME: 'mine',
    LOK8S_USER_API_HOST: 'tunnel',
    LOK8S_USER_API_PORT: '6443',
    LOK8S_USER_OWN: '',
  })
})
