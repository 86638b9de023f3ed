import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { parse } from 'yaml'
import * as z from 'zod'
import { deploySpec } from '../../../src/project/spec/deploy.js'
import { clusterKinds } from '../../../src/project/spec/kinds.js'
import { clusterSpec } from '../../helpers/project.js'
import { errorOf, load, loadCluster } from '../../helpers/specs.js'

const fixtures = path.resolve(import.meta.dirname, '../../fixtures/specs')
const fixture = (kind: string) => readFileSync(path.join(fixtures, `${kind.toLowerCase()}.yaml`), 'utf8')

/** The names of all keys at any depth, each once, in order. */
const keysOf = (value: unknown): string[] => {
  const keys: string[] = []
  JSON.stringify(value, (key, inner) => {
    keys.push(key)
    return inner
  })
  return [...new Set(keys)].filter(key => /^[a-zA-Z]/.test(key)).sort()
}

/** The names of all keys that a schema knows. */
const knownKeys = (schema: z.ZodType): string[] => {
  const keys: string[] = []
  z.toJSONSchema(schema, {
    io: 'input',
    reused: 'inline',
    override: ({ jsonSchema }) => {
      keys.push(...Object.keys(jsonSchema.properties ?? {}))
    },
  })
  return [...new Set(keys)].sort()
}

it.each(Object.keys(clusterKinds))('loads a spec of kind %s that uses every field', kind => {
  const text = fixture(kind)
  expect(loadCluster(text).spec).toMatchObject({ kind, metadata: parse(text).metadata })
})

it('loads a deployment domain that uses every field', () => {
  const { spec } = load(
    {
      'clusters/example.com/cluster.lok8s.yaml': clusterSpec('example.com'),
      'clusters/api.example.com/deploy.lok8s.yaml': fixture('deploy'),
    },
    'api.example.com',
  )
  expect(spec).toEqual(parse(fixture('deploy')))
})

it('has the fields that all clusters share, and configRef, in the fixtures', () => {
  const used = [...keysOf(parse(fixture('hetzner'))), ...keysOf(parse(fixture('rehearsal')))]
  expect(used).toEqual(expect.arrayContaining(knownKeys(clusterKinds.Hetzner)))
})

const shared = knownKeys(clusterKinds.Kubehz)

it.each(Object.entries(clusterKinds))('has every field of kind %s alone in the fixture', (kind, schema) => {
  const own = knownKeys(schema).filter(key => !shared.includes(key))
  expect(keysOf(parse(fixture(kind)))).toEqual(expect.arrayContaining(own))
})

it('has every field of a deployment domain in the fixture', () => {
  expect(keysOf(parse(fixture('deploy')))).toEqual(expect.arrayContaining(knownKeys(deploySpec)))
})

const withKind = (kind: string, more: string) =>
  clusterSpec('example.com', `  kubernetes: { version: v1.33.5 }\n${more}`).replace('Rehearsal', kind)

it.each([
  ['an address of a sibling of lok8s.dev alone', 'Lo', '  network: { cidr: 10.125.3.0/24 }\n'],
  [
    'a provider of Kkp as a word',
    'Kkp',
    '  provider: bringyourown\n  kkp: { apiUrl: "https://k", projectId: a, datacenter: b }\n',
  ],
  ['kubehz on this machine', 'Rehearsal', '  kubehz: { access: managed, apiUrl: "http://127.0.0.1:8080" }\n'],
])('takes %s', (_what, kind, more) => {
  expect(loadCluster(withKind(kind, more)).spec.kind).toBe(kind)
})

it.each([
  [
    'Hetzner',
    'a pool as a map',
    '  provider: { name: hetzner, config: { workers: {} } }\n',
    'spec.provider.config.workers: expected a list, found a map',
  ],
  [
    'Hetzner',
    'a pool without a type',
    '  provider: { name: hetzner, config: { workers: [{ name: a }] } }\n',
    'spec.provider.config.workers[0].type is missing; expected text that is not empty or a list',
  ],
  [
    'Hetzner',
    'no type to choose from',
    '  provider: { name: hetzner, config: { controlPlane: { type: [] } } }\n',
    'spec.provider.config.controlPlane.type: expected 1 or more items, found an empty list',
  ],
  [
    'Hetzner',
    'an unknown key of config',
    '  provider: { name: hetzner, config: { locations: [] } }\n',
    'unknown key "locations" in spec.provider.config',
  ],
  [
    'Hetzner',
    'a taint without an effect',
    '  provider: { name: hetzner, config: { workers: [{ name: a, type: b, taints: [c] }] } }\n',
    'spec.provider.config.workers[0].taints[0]: expected a taint such as key=value:NoSchedule, found "c"',
  ],
  [
    'Hetzner',
    'an address instead of a range',
    '  provider: { name: hetzner, config: { firewall: { ssh: [192.0.2.1] } } }\n',
    'spec.provider.config.firewall.ssh[0]: expected an address range such as 10.0.0.0/16, found "192.0.2.1"',
  ],
  [
    'Hetzner',
    'an address of a host in the place of a network',
    '  provider: { name: hetzner, config: { firewall: { ssh: [203.0.113.9/24] } } }\n',
    'spec.provider.config.firewall.ssh[0]: the address of a network, without bits behind its prefix: 10.0.0.0/16',
  ],
  [
    'Hetzner',
    'a pool of workers with the name of the control plane',
    '  provider: { name: hetzner, config: { workers: [{ name: cp, type: b }] } }\n',
    'spec.provider.config.workers[0].name: another name: cp is that of the control plane',
  ],
  ['Lo', 'a runtime', '  runtime: k3d\n', 'spec.runtime: expected kind, found "k3d"'],
  [
    'Lo',
    'a mirror with a reserved name',
    '  registries: { mirrors: [{ name: cache, url: "https://r" }] }\n',
    'spec.registries.mirrors[0].name: expected a name other than build and cache, found "cache"',
  ],
  ['Lo', 'nodes as a number', '  nodes: 3\n', 'spec.nodes: expected a map, found the number 3'],
  ['KubeOne', 'workers as a list', '  workers: []\n', 'spec.workers: expected a map, found an empty list'],
  [
    'KubeOne',
    'a pool name with a blank',
    '  workers: { "a b": {} }\n',
    'expected a name of letters, digits and "-" as key, found "a b"',
  ],
  [
    'KubeOne',
    'an audit log without a policy',
    '  auditLog: { maxAge: 3 }\n',
    'spec.auditLog.policy is missing; expected text that is not empty',
  ],
  [
    'Capi',
    'local as text',
    '  managementCluster: { local: on }\n',
    'spec.managementCluster.local: expected true or false, found "on"',
  ],
  ['Kkp', 'no kkp', '  tilt: {}\n', 'spec.kkp is missing; expected a map'],
  [
    'Kkp',
    'a provider that is none',
    '  provider: gcp\n  kkp: { apiUrl: "https://k", projectId: a, datacenter: b }\n',
    'spec.provider: expected hetzner, aws or byo, found "gcp"',
  ],
  ['Kubehz', 'a field of another kind', '  workers: {}\n', 'unknown key "workers" in spec'],
])('refuses in a spec of kind %s %s', (kind, _what, more, message) => {
  expect(errorOf(() => loadCluster(withKind(kind, more))).problems).toMatchObject([{ message }])
})

it('takes a name of 40 characters for Hetzner, where it prefixes the names of servers, and of 63 elsewhere', () => {
  const named = (kind: string, length: number) =>
    withKind(kind, '').replace('name: test', `name: ${'a'.repeat(length)}`)
  expect(loadCluster(named('Hetzner', 40)).spec.kind).toBe('Hetzner')
  expect(loadCluster(named('Capi', 63)).spec.kind).toBe('Capi')
  expect(errorOf(() => loadCluster(named('Hetzner', 41))).problems).toHaveLength(1)
  expect(errorOf(() => loadCluster(named('Capi', 64))).problems).toHaveLength(1)
})
