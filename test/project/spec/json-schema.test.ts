import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { expect, it } from 'vitest'
import { parse } from 'yaml'
import { clusterJsonSchema, deployJsonSchema } from '../../../src/project/spec/json-schema.js'
import { clusterSpec } from '../../helpers/project.js'
import { errorOf, load, loadCluster } from '../../helpers/specs.js'

const root = path.resolve(import.meta.dirname, '../../..')
const ajv = new Ajv2020({
  strict: true,
  allowMatchingProperties: true,
  allowUnionTypes: true,
  strictRequired: false,
})
const validators = { cluster: ajv.compile(clusterJsonSchema()), deploy: ajv.compile(deployJsonSchema()) }

/** What ajv has against a spec. */
function errorsOf(type: 'cluster' | 'deploy', text: string) {
  const validate = validators[type]
  validate(parse(text, { merge: true }))
  return validate.errors ?? []
}

const specs = ['examples', 'test/fixtures/specs']
  .flatMap(folder =>
    readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' }).map(name =>
      path.join(folder, name),
    ),
  )
  .filter(file => /(\.lok8s|fixtures\/specs\/.*)\.yaml$/.test(file))
  .map(file => ({ file, type: /deploy[^/]*$/.test(file) ? ('deploy' as const) : ('cluster' as const) }))

it('finds the examples and the fixtures', () => {
  expect(specs.map(({ file }) => file)).toEqual(
    expect.arrayContaining([
      'examples/quick-start/clusters/quick.example.com/cluster.lok8s.yaml',
      'test/fixtures/specs/hetzner.yaml',
      'test/fixtures/specs/deploy.yaml',
    ]),
  )
})

it.each(specs)('accepts $file', ({ file, type }) => {
  expect(errorsOf(type, readFileSync(path.join(root, file), 'utf8'))).toEqual([])
})

it.each(specs)('is where the first line of $file says', ({ file, type }) => {
  const [first] = readFileSync(path.join(root, file), 'utf8').split('\n')
  const [, target] = first!.match(/^# yaml-language-server: \$schema=(\S+)$/) ?? []
  expect(path.join(path.dirname(file), target ?? '')).toBe(`docs/schema/${type}.json`)
})

const hetzner = (config: string) =>
  clusterSpec(
    'example.com',
    `  kubernetes: { version: v1.33.5 }\n  provider: { name: hetzner, config: ${config} }\n`,
  ).replace('Rehearsal', 'Hetzner')
const rehearsal = (more: string) => clusterSpec('example.com', more)

it.each([
  ['a plain spec', rehearsal('')],
  ['a kind in lower case', rehearsal('').replace('Rehearsal', 'rehearsal')],
  ['a kind in upper case', hetzner('{}').replace('Hetzner', 'HETZNER')],
  ['keys that begin with x-', rehearsal('  x-a: 1\n  build: { x-b: {} }\nx-c: []\n')],
  ['keys that begin with x- in a list', hetzner('{ workers: [{ name: a, type: b, x-a: 1 }], x-b: 1 }')],
  ['keys that begin with x- beside options', rehearsal('  bootstrap: [csi: { wait: true, x-a: 1 }]\n')],
  ['the older form of bootstrap', rehearsal('  bootstrap: [csi: { replicas: 3 }]\n')],
  [
    'any config of a provider that is not ours',
    rehearsal('  provider: { name: own, config: [1, { a: b }] }\n'),
  ],
  [
    'a server type, or a list of them',
    hetzner('{ controlPlane: { type: a }, workers: [{ name: b, type: [c, d] }] }'),
  ],
])('accepts %s, as the loader does', (_what, spec) => {
  expect(loadCluster(spec).domain.name).toBe('example.com')
  expect(errorsOf('cluster', spec)).toEqual([])
})

it.each([
  ['an unknown key', rehearsal('  zoo: 1\n')],
  ['an unknown key at the top', rehearsal('zoo: 1\n')],
  ['an unknown key deep inside', rehearsal('  kubehz: { space: { zoo: 1 } }\n')],
  ['X- in upper case', rehearsal('  X-a: 1\n')],
  ['a field of another kind', rehearsal('  runtime: kind\n')],
  [
    'a field of another kind, for a kind in lower case',
    rehearsal('  runtime: kind\n').replace('Rehearsal', 'rehearsal'),
  ],
  ['another apiVersion', rehearsal('').replace('v1beta1', 'v1')],
  ['no kind', rehearsal('').replace('kind: Rehearsal', '')],
  ['a kind that is no text', rehearsal('').replace('Rehearsal', '5')],
  ['no spec', 'apiVersion: cluster.lok8s.dev/v1beta1\nkind: Rehearsal\nmetadata: { name: a }\n'],
  ['no cluster', rehearsal('').replace(/^ +cluster.*$/m, '  nodes: 1')],
  ['a name that is no name', rehearsal('').replace('name: test', 'name: Test')],
  ['a name that is too long for Hetzner', hetzner('{}').replace('name: test', `name: ${'a'.repeat(41)}`)],
  ['a label that is a number', rehearsal('').replace('name: test', 'name: test, labels: { a: 1 }')],
  ['a version that is cut short', rehearsal('  kubernetes: { version: v1.33 }\n')],
  ['text for a number', rehearsal('  nodes: "3"\n')],
  ['a number that is too small', rehearsal('  nodes: 0\n')],
  ['a fraction', rehearsal('  nodes: 1.5\n')],
  ['a boolean of YAML 1.1', rehearsal('  build: { enableExec: yes }\n')],
  ['a list for a map', rehearsal('  deploy: []\n')],
  ['a word that is no choice', rehearsal('  deploy: { wait: some }\n')],
  ['a duration without a unit', rehearsal('  deploy: { timeout: "120" }\n')],
  ['an absolute configRef', rehearsal('  provider: { name: own, configRef: /etc/own.yaml }\n')],
  ['an unknown key of the config of Hetzner', hetzner('{ zoo: 1 }')],
  ['a pool without a type', hetzner('{ workers: [{ name: a }] }')],
  ['no type to choose from', hetzner('{ workers: [{ name: a, type: [] }] }')],
  ['a taint without an effect', hetzner('{ workers: [{ name: a, type: b, taints: [c] }] }')],
  ['an address instead of a range', hetzner('{ network: { cidr: 10.0.0.1 } }')],
  ['a kind that needs more', rehearsal('').replace('Rehearsal', 'Kkp')],
  ['bootstrap as text', rehearsal('  bootstrap: cilium\n')],
  ['an empty entry', rehearsal('  bootstrap: [""]\n')],
  ['an entry without a key', rehearsal('  bootstrap: [{}]\n')],
  ['an entry with two keys', rehearsal('  bootstrap: [{ a: null, b: null }]\n')],
  ['helm values beside options', rehearsal('  bootstrap: [csi: { wait: true, replicas: 3 }]\n')],
  ['an environment with a map', rehearsal('  bootstrap: [csi: { env: { A: {} } }]\n')],
  ['an environment with a bad name', rehearsal('  bootstrap: [csi: { env: { 1A: x } }]\n')],
  ['config beside configRef', rehearsal('  provider: { name: own, config: {}, configRef: own.yaml }\n')],
  ['a registered cluster without apiUrl', rehearsal('  kubehz: { access: registered }\n')],
])('refuses %s, as the loader does', (_what, spec) => {
  expect(errorOf(() => loadCluster(spec)).code).toBe('SPEC_INVALID')
  expect(errorsOf('cluster', spec)).not.toEqual([])
})

it('checks of a kind that the project has a driver for what all clusters share, as the loader does', () => {
  const own = (more: string) => rehearsal(`  racks: [a]\n${more}`).replace('Rehearsal', 'Mainframe')
  const loadOwn = (spec: string) =>
    load({ 'clusters/example.com/cluster.lok8s.yaml': spec, '.lok8s/drivers/mainframe/main': '' })
  const wrong = own('  bootstrap: cilium\n')
  expect(loadOwn(own('')).spec.kind).toBe('Mainframe')
  expect(errorsOf('cluster', own(''))).toEqual([])
  expect(errorOf(() => loadOwn(wrong)).code).toBe('SPEC_INVALID')
  expect(errorsOf('cluster', wrong)).not.toEqual([])
})

const deploy = (spec: string, kind = 'Deploy') =>
  `apiVersion: cluster.lok8s.dev/v1beta1\nkind: ${kind}\nmetadata: { name: api }\nspec: ${spec}\n`
const loadDeploy = (spec: string) =>
  load(
    {
      'clusters/example.com/cluster.lok8s.yaml': rehearsal(''),
      'clusters/api.example.com/deploy.lok8s.yaml': spec,
    },
    'api.example.com',
  )

it.each([
  ['a plain one', deploy('{ clusterRef: { domain: example.com } }')],
  ['the kind in lower case', deploy('{ clusterRef: { domain: example.com } }', 'deploy')],
  ['a key that begins with x-', deploy('{ clusterRef: { domain: example.com, x-a: 1 } }')],
])('accepts a deployment domain, as the loader does: %s', (_what, spec) => {
  expect(loadDeploy(spec).cluster.domain.name).toBe('example.com')
  expect(errorsOf('deploy', spec)).toEqual([])
})

it.each([
  ['another kind', deploy('{ clusterRef: { domain: example.com } }', 'Hetzner')],
  ['no clusterRef', deploy('{}')],
  ['clusterRef as text', deploy('{ clusterRef: example.com }')],
  ['a way out', deploy('{ clusterRef: { domain: ../example.com } }')],
  ['a namespace that is none', deploy('{ clusterRef: { domain: example.com }, namespace: Api }')],
  ['a field of a cluster', deploy('{ clusterRef: { domain: example.com }, bootstrap: [] }')],
])('refuses a deployment domain, as the loader does: %s', (_what, spec) => {
  expect(errorOf(() => loadDeploy(spec)).code).toBe('SPEC_INVALID')
  expect(errorsOf('deploy', spec)).not.toEqual([])
})
