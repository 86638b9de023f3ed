import { expect, it } from 'vitest'
import { clusterSpec } from '../../helpers/project.js'
import { errorOf, load, loadCluster } from '../../helpers/specs.js'

const file = 'clusters/example.com/cluster.lok8s.yaml'
/** What stands after the common lines of a cluster spec begins on line 6. */
const problemsOf = (spec: string) => errorOf(() => loadCluster(spec)).problems
const common = clusterSpec('example.com')
const withMore = (more: string) => clusterSpec('example.com', more)

it('loads a spec with its defaults', () => {
  expect(loadCluster(withMore('  kubehz: {}\n')).spec).toEqual({
    apiVersion: 'cluster.lok8s.dev/v1beta1',
    kind: 'Rehearsal',
    metadata: { name: 'test' },
    spec: {
      cluster: { domain: 'example.com', namespace: 'default' },
      kubehz: { hosting: 'self', access: 'none' },
    },
  })
})

it.each([
  [
    'an unknown key, with the nearest one',
    '  bootstap: []\n',
    {
      line: 6,
      column: 3,
      source: '  bootstap: []',
      message: 'unknown key "bootstap" in spec',
      hint: 'did you mean "bootstrap"?',
    },
  ],
  [
    'an unknown key in other case',
    '  dns: { domainfilter: a }\n',
    {
      line: 6,
      column: 10,
      source: '  dns: { domainfilter: a }',
      message: 'unknown key "domainfilter" in spec.dns',
      hint: 'did you mean "domainFilter"?',
    },
  ],
  [
    'an unknown key that is like no other, with all there are',
    '  tilt:\n    zzzzzz: 1\n',
    {
      line: 7,
      column: 5,
      source: '    zzzzzz: 1',
      message: 'unknown key "zzzzzz" in spec.tilt',
      hint: expect.stringMatching(/: port$/),
    },
  ],
  [
    'an unknown key at the top',
    'status: {}\n',
    {
      line: 6,
      column: 1,
      source: 'status: {}',
      message: 'unknown key "status"',
      hint: expect.stringMatching(/: apiVersion, kind, metadata, spec$/),
    },
  ],
  [
    'text for a list',
    '  bootstrap: cilium\n',
    {
      line: 6,
      column: 14,
      source: '  bootstrap: cilium',
      message: 'spec.bootstrap: expected a list, found "cilium"',
    },
  ],
  [
    'a list for a map',
    '  build: [split]\n',
    { line: 6, column: 10, source: '  build: [split]', message: 'spec.build: expected a map, found a list' },
  ],
  [
    'an empty list for a map',
    '  build: []\n',
    {
      line: 6,
      column: 10,
      source: '  build: []',
      message: 'spec.build: expected a map, found an empty list',
    },
  ],
  [
    'a number for a map',
    '  deploy: 1\n',
    {
      line: 6,
      column: 11,
      source: '  deploy: 1',
      message: 'spec.deploy: expected a map, found the number 1',
    },
  ],
  [
    'nothing for a map',
    '  deploy:\n',
    { line: 6, column: 10, source: '  deploy:', message: 'spec.deploy: expected a map, found nothing' },
  ],
  [
    'a map for text',
    '  dns: { domainFilter: {} }\n',
    {
      line: 6,
      column: 24,
      source: '  dns: { domainFilter: {} }',
      message: 'spec.dns.domainFilter: expected text that is not empty, found a map',
    },
  ],
  [
    'empty text',
    '  dns: { domainFilter: "" }\n',
    {
      line: 6,
      column: 24,
      source: '  dns: { domainFilter: "" }',
      message: 'spec.dns.domainFilter: expected text that is not empty, found empty text',
    },
  ],
  [
    'a number for text, with quotes as the way out',
    '  dns: { domainFilter: 3 }\n',
    {
      line: 6,
      column: 24,
      source: '  dns: { domainFilter: 3 }',
      message: 'spec.dns.domainFilter: expected text that is not empty, found the number 3',
      hint: 'put it in quotes',
    },
  ],
  [
    'a quoted number, with the way out',
    '  nodes: "3"\n',
    {
      line: 6,
      column: 10,
      source: '  nodes: "3"',
      message: 'spec.nodes: expected a number, found "3"',
      hint: 'remove the quotes',
    },
  ],
  [
    'a number with a fraction',
    '  nodes: 1.5\n',
    {
      line: 6,
      column: 10,
      source: '  nodes: 1.5',
      message: 'spec.nodes: expected a whole number, found the number 1.5',
    },
  ],
  [
    'a number that is too small',
    '  nodes: 0\n',
    {
      line: 6,
      column: 10,
      source: '  nodes: 0',
      message: 'spec.nodes: expected 1 or more, found the number 0',
    },
  ],
  [
    'a number that is too large',
    '  tilt: { port: 65536 }\n',
    {
      line: 6,
      column: 17,
      source: '  tilt: { port: 65536 }',
      message: 'spec.tilt.port: expected at most 65535, found the number 65536',
    },
  ],
  [
    'a yes of YAML 1.1',
    '  build: { enableExec: yes }\n',
    {
      line: 6,
      column: 24,
      source: '  build: { enableExec: yes }',
      message: 'spec.build.enableExec: expected true or false, found "yes"',
      hint: 'YAML 1.2 reads yes as text: write true',
    },
  ],
  [
    'an off of YAML 1.1',
    '  build: { enableExec: Off }\n',
    {
      line: 6,
      column: 24,
      source: '  build: { enableExec: Off }',
      message: 'spec.build.enableExec: expected true or false, found "Off"',
      hint: 'YAML 1.2 reads Off as text: write false',
    },
  ],
  [
    'a word that is no choice',
    '  deploy: { wait: some }\n',
    {
      line: 6,
      column: 19,
      source: '  deploy: { wait: some }',
      message: 'spec.deploy.wait: expected one of all, target, none, found "some"',
    },
  ],
  [
    'a duration without a unit',
    '  deploy: { timeout: 120 }\n',
    {
      line: 6,
      column: 22,
      source: '  deploy: { timeout: 120 }',
      message: 'spec.deploy.timeout: expected a duration such as 120s or 2m, found the number 120',
    },
  ],
  [
    'a version that is cut short',
    '  kubernetes: { version: v1.33 }\n',
    {
      line: 6,
      column: 26,
      source: '  kubernetes: { version: v1.33 }',
      message: 'spec.kubernetes.version: expected a version such as v1.33.5, found "v1.33"',
    },
  ],
  [
    'a key that is missing',
    '  kubernetes: {}\n',
    {
      line: 6,
      column: 15,
      source: '  kubernetes: {}',
      message: 'spec.kubernetes.version is missing; expected a version such as v1.33.5',
    },
  ],
  [
    'config beside configRef',
    '  provider: { name: own, config: {}, configRef: own.yaml }\n',
    {
      line: 6,
      column: 13,
      source: '  provider: { name: own, config: {}, configRef: own.yaml }',
      message: 'spec.provider: config and configRef exclude each other',
    },
  ],
  [
    'an absolute configRef',
    '  provider: { name: own, configRef: /etc/own.yaml }\n',
    {
      line: 6,
      column: 37,
      source: '  provider: { name: own, configRef: /etc/own.yaml }',
      message: 'spec.provider.configRef: expected a path relative to this file, found "/etc/own.yaml"',
    },
  ],
  [
    'a registered cluster without kubehz.apiUrl',
    '  kubehz: { access: registered }\n',
    {
      line: 6,
      column: 11,
      source: '  kubehz: { access: registered }',
      message: 'spec.kubehz.apiUrl: needed when access is registered or managed, or hosting is hosted',
    },
  ],
  [
    'a hosted cluster without kubehz.apiUrl',
    '  kubehz: { hosting: hosted, access: null }\n',
    {
      line: 6,
      column: 11,
      source: '  kubehz: { hosting: hosted, access: null }',
      message: 'spec.kubehz.apiUrl: needed when access is registered or managed, or hosting is hosted',
    },
  ],
  [
    'a kubehz.apiUrl that would send in the clear',
    '  kubehz: { apiUrl: "http://api.kubehz.dev" }\n',
    {
      line: 6,
      column: 21,
      source: '  kubehz: { apiUrl: "http://api.kubehz.dev" }',
      message:
        'spec.kubehz.apiUrl: expected an address that begins with https://, found "http://api.kubehz.dev"',
    },
  ],
  [
    'what a terminal would act on, spelled out',
    '  "\\e[31m": 1\n',
    {
      line: 6,
      column: 3,
      source: '  "\\e[31m": 1',
      message: 'unknown key "\\u001b[31m" in spec',
      hint: expect.any(String),
    },
  ],
  [
    'a look-alike, spelled out',
    '  n\u043edes: 1\n',
    {
      line: 6,
      column: 3,
      source: '  n\u043edes: 1',
      message: 'unknown key "n\\u{43e}des" in spec',
      hint: 'did you mean "nodes"?',
    },
  ],
])('explains %s', (_what, more, problem) => {
  expect(problemsOf(withMore(more))).toEqual([{ file, ...problem }])
})

it.each([
  [
    'another apiVersion',
    ['v1beta1', 'v1'],
    {
      line: 1,
      column: 13,
      source: 'apiVersion: cluster.lok8s.dev/v1',
      message: 'apiVersion: expected cluster.lok8s.dev/v1beta1, found "cluster.lok8s.dev/v1"',
    },
  ],
  [
    'a name that is no name',
    ['name: test', 'name: Test_1'],
    {
      line: 3,
      column: 19,
      source: 'metadata: { name: Test_1 }',
      message:
        'metadata.name: expected lower-case letters, digits and "-", at most 63 characters, found "Test_1"',
    },
  ],
  [
    'a wrong value under a key that is no word',
    ['name: test', 'name: test, labels: { lok8s.dev/team: 7 }'],
    {
      line: 3,
      column: 51,
      source: 'metadata: { name: test, labels: { lok8s.dev/team: 7 } }',
      message: 'metadata.labels["lok8s.dev/team"]: expected text, found the number 7',
      hint: 'put it in quotes',
    },
  ],
  [
    'a kind that is missing',
    ['kind: Rehearsal', '# none'],
    {
      line: 1,
      column: 1,
      source: 'apiVersion: cluster.lok8s.dev/v1beta1',
      message: 'kind is missing; expected a kind such as Hetzner',
    },
  ],
  [
    'a kind that is no text',
    ['kind: Rehearsal', 'kind: [Hetzner]'],
    {
      line: 2,
      column: 7,
      source: 'kind: [Hetzner]',
      message: 'kind: expected a kind such as Hetzner, found a list',
    },
  ],
  [
    'a kind that is misspelled',
    ['Rehearsal', 'Hetzer'],
    {
      line: 2,
      column: 7,
      source: 'kind: Hetzer',
      message: 'unknown kind "Hetzer", and no driver of that name in .lok8s/drivers',
      hint: 'did you mean "Hetzner"?',
    },
  ],
  [
    'a kind that is like no other',
    ['Rehearsal', 'Mainframe'],
    {
      line: 2,
      column: 7,
      source: 'kind: Mainframe',
      message: 'unknown kind "Mainframe", and no driver of that name in .lok8s/drivers',
      hint: expect.stringMatching(/: Hetzner, Rehearsal, Lo, KubeOne, Capi, Kkp, Kubehz$/),
    },
  ],
  [
    'a kind that leads out of the drivers',
    ['Rehearsal', '..'],
    {
      line: 2,
      column: 7,
      source: 'kind: ..',
      message: 'unknown kind "..", and no driver of that name in .lok8s/drivers',
      hint: expect.any(String),
    },
  ],
  [
    'a kind that a terminal would act on',
    ['Rehearsal', '"\\e[2J"'],
    {
      line: 2,
      column: 7,
      source: 'kind: "\\e[2J"',
      message: 'unknown kind "\\u001b[2J", and no driver of that name in .lok8s/drivers',
      hint: expect.any(String),
    },
  ],
  [
    'a key that the kind needs',
    ['Rehearsal', 'Hetzner'],
    {
      line: 5,
      column: 3,
      source: '  cluster: { domain: example.com }',
      message: 'spec.kubernetes is missing; expected a map',
    },
  ],
  [
    'a domain that is not the name of the folder',
    ['example.com', 'Example.com'],
    {
      line: 5,
      column: 22,
      source: '  cluster: { domain: Example.com }',
      message: 'spec.cluster.domain: expected the name of the folder, example.com, found "Example.com"',
    },
  ],
  [
    'a domain that is none',
    ['example.com', '../example.com'],
    {
      line: 5,
      column: 22,
      source: '  cluster: { domain: ../example.com }',
      message: 'spec.cluster.domain: expected a domain such as example.com, found "../example.com"',
    },
  ],
])('explains %s in the head of a spec', (_what, [from, to], problem) => {
  expect(problemsOf(common.replace(from!, to!))).toEqual([{ file, ...problem }])
})

it.each([
  ['a list', '- a\n', 'expected a map, found a list'],
  ['text', 'hello\n', 'expected a map, found "hello"'],
  ['nothing', 'null\n', 'expected a map, found nothing'],
])('refuses a spec that is %s', (_what, spec, message) => {
  expect(problemsOf(spec)).toEqual([{ file, line: 1, column: 1, source: spec.trim(), message }])
})

it('names every key that is missing', () => {
  expect(problemsOf('{}\n').map(({ message }) => message)).toEqual([
    'apiVersion is missing; expected cluster.lok8s.dev/v1beta1',
    'kind is missing; expected a kind such as Hetzner',
    'metadata is missing; expected a map',
    'spec is missing; expected a map',
  ])
})

it('says how many mistakes a file has, and lists them by line', () => {
  const error = errorOf(() =>
    loadCluster(withMore('  zoo: 1\n  nodes: x\n  tilt: { port: 0 }\n  build: 3\n')),
  )
  expect(error).toMatchObject({ code: 'SPEC_INVALID', message: `${file} has 4 mistakes.`, exitCode: 2 })
  expect(error.problems.map(({ line }) => line)).toEqual([6, 7, 8, 9])
  expect(errorOf(() => loadCluster(withMore('  zoo: 1\n'))).message).toBe(`${file} has a mistake.`)
})

it.each([
  ['a wrong value behind an alias', 'x-n: &n many\n', '  nodes: *n\n', 7, 10],
  ['a wrong value that is merged in', 'x-n: &n { nodes: many }\n', '  <<: *n\n', 1, 18],
  ['an unknown key that is merged in', 'x-n: &n { nods: 1 }\n', '  <<: *n\n', 1, 11],
])('shows the line of %s', (_what, before, more, line, column) => {
  expect(problemsOf(before + withMore(more))).toMatchObject([{ line, column }])
})

it('takes keys that begin with x- anywhere, and leaves them out', () => {
  const more = `  x-a: 1
  provider: { name: own, credentials: { secretRef: { name: own, x-b: 1 } }, x-c: 1 }
  bootstrap: [cilium: { wait: true, x-d: { e: 1 } }]
x-f: 1
`
  expect(loadCluster(withMore(more).replace('name: test', 'name: test, x-g: 1')).spec).toEqual({
    apiVersion: 'cluster.lok8s.dev/v1beta1',
    kind: 'Rehearsal',
    metadata: { name: 'test' },
    spec: {
      cluster: { domain: 'example.com', namespace: 'default' },
      provider: { name: 'own', credentials: { secretRef: { name: 'own' } } },
      bootstrap: [{ cilium: { wait: true } }],
    },
  })
})

it('explains what is wrong beside a key that begins with x-, and not that key', () => {
  const more =
    '  provider: { name: own, x-a: 1, credentials: { secretRef: { name: 5, x-b: 1 } } }\n  x-c: 1\n'
  expect(problemsOf(withMore(more))).toMatchObject([
    {
      line: 6,
      column: 68,
      message:
        'spec.provider.credentials.secretRef.name: expected text that is not empty, found the number 5',
    },
  ])
})

it.each(['hetzner', 'HETZNER', 'hETZner'])('takes a kind in any case: %s', kind => {
  const spec = withMore('  kubernetes: { version: v1.33.5 }\n').replace('Rehearsal', kind)
  expect(loadCluster(spec).spec.kind).toBe(kind)
})

it.each([
  ['in lower case', 'mainframe'],
  ['as the spec spells it', 'MainFrame'],
])('takes a kind that the project has a driver for, %s', (_what, folder) => {
  const files = {
    [file]: withMore('  racks: [a, b]\n').replace('Rehearsal', 'MainFrame'),
    [`.lok8s/drivers/${folder}/main`]: '#!/bin/bash\n',
  }
  expect(load(files).spec.spec).toMatchObject({ racks: ['a', 'b'] })
})

it('checks what all clusters share for a driver of the project as well', () => {
  const files = {
    [file]: withMore('  racks: []\n  bootstrap: cilium\n').replace('Rehearsal', 'Mainframe'),
    '.lok8s/drivers/mainframe/index.mjs': '',
  }
  expect(errorOf(() => load(files)).problems).toMatchObject([
    { line: 7, message: 'spec.bootstrap: expected a list, found "cilium"' },
  ])
})

it('takes the cluster spec of a folder that has both', () => {
  const { domain } = load({ [file]: common, 'clusters/example.com/deploy.lok8s.yaml': 'a: [' })
  expect(domain).toMatchObject({ name: 'example.com', type: 'cluster' })
})

it('says so when a spec cannot be read', () => {
  expect(errorOf(() => load({ [`${file}/folder`]: '' })).problems).toEqual([
    { file, message: 'this is no file' },
  ])
})

const deployFile = 'clusters/api.example.com/deploy.lok8s.yaml'
const deploySpec = (spec: string) => `apiVersion: cluster.lok8s.dev/v1beta1
kind: Deploy
metadata: { name: api }
spec: ${spec}
`
const loadDeploy = (spec: string, more: Record<string, string> = {}) =>
  load({ [file]: common, ...more, [deployFile]: deploySpec(spec) }, 'api.example.com')

it('loads a deployment domain with the cluster that it deploys into', () => {
  const { domain, spec, cluster } = loadDeploy('{ clusterRef: { domain: example.com }, namespace: api }')
  expect(domain).toMatchObject({ name: 'api.example.com', type: 'deployment' })
  expect(spec.spec).toEqual({ clusterRef: { domain: 'example.com' }, namespace: 'api' })
  expect(cluster.domain.name).toBe('example.com')
  expect(cluster.spec.metadata.name).toBe('test')
})

it.each([
  [
    'a domain that is not there',
    '{ clusterRef: { domain: exampel.com } }',
    {
      column: 31,
      message: 'there is no domain "exampel.com" in clusters/',
      hint: 'did you mean "example.com"?',
    },
  ],
  [
    'a folder without a spec',
    '{ clusterRef: { domain: empty } }',
    {
      column: 31,
      message: 'there is no domain "empty" in clusters/',
      hint: expect.stringMatching(/: example\.com$/),
    },
  ],
  [
    'another deployment domain',
    '{ clusterRef: { domain: other.com } }',
    {
      column: 31,
      message: '"other.com" is a deployment domain itself',
      hint: 'name the cluster domain that api.example.com should deploy into',
    },
  ],
  [
    'itself',
    '{ clusterRef: { domain: api.example.com } }',
    {
      column: 31,
      message: '"api.example.com" is a deployment domain itself',
      hint: 'name the cluster domain that api.example.com should deploy into',
    },
  ],
  [
    'a way out',
    '{ clusterRef: { domain: ../clusters/example.com } }',
    {
      column: 31,
      message:
        'spec.clusterRef.domain: expected a domain such as example.com, found "../clusters/example.com"',
    },
  ],
  [
    'an absolute path',
    '{ clusterRef: { domain: /etc } }',
    {
      column: 31,
      message: 'spec.clusterRef.domain: expected a domain such as example.com, found "/etc"',
    },
  ],
  [
    'a name with a line break',
    '{ clusterRef: { domain: "example.com\\n" } }',
    {
      column: 31,
      message: 'spec.clusterRef.domain: expected a domain such as example.com, found "example.com\\n"',
    },
  ],
  [
    'a look-alike',
    '{ clusterRef: { domain: ex\u0430mple.com } }',
    {
      column: 31,
      message: 'spec.clusterRef.domain: expected a domain such as example.com, found "ex\\u{430}mple.com"',
    },
  ],
  [
    'nothing',
    '{ clusterRef: {} }',
    {
      column: 21,
      message: 'spec.clusterRef.domain is missing; expected a domain such as example.com',
    },
  ],
  [
    'text',
    '{ clusterRef: example.com }',
    { column: 21, message: 'spec.clusterRef: expected a map, found "example.com"' },
  ],
  ['no clusterRef', '{}', { column: 7, message: 'spec.clusterRef is missing; expected a map' }],
])('refuses a deployment domain that refers to %s', (_what, spec, problem) => {
  const more = {
    'clusters/empty/targets/web/kustomization.yaml': '',
    'clusters/other.com/deploy.lok8s.yaml': deploySpec('{ clusterRef: { domain: example.com } }'),
  }
  expect(errorOf(() => loadDeploy(spec, more)).problems).toEqual([
    { file: deployFile, line: 4, source: `spec: ${spec}`, ...problem },
  ])
})

it('explains the mistakes of the cluster that a deployment domain refers to', () => {
  const more = { [file]: withMore('  nodes: many\n') }
  expect(errorOf(() => loadDeploy('{ clusterRef: { domain: example.com } }', more)).problems).toMatchObject([
    { file, line: 6, message: 'spec.nodes: expected a number, found "many"' },
  ])
})

const deployOf = (kind: string) => ({
  [file]: common,
  [deployFile]: deploySpec('{ clusterRef: { domain: example.com } }').replace('Deploy', kind),
})

it('takes the kind Deploy in any case', () => {
  expect(load(deployOf('deploy'), 'api.example.com').spec.kind).toBe('deploy')
})

it('refuses the kind of a cluster in deploy.lok8s.yaml, and the kind Deploy in cluster.lok8s.yaml', () => {
  expect(errorOf(() => load(deployOf('Hetzner'), 'api.example.com')).problems).toMatchObject([
    { file: deployFile, line: 2, column: 7, message: 'kind: expected Deploy, found "Hetzner"' },
  ])
  expect(problemsOf(common.replace('Rehearsal', 'Deploy'))).toMatchObject([
    { file, line: 2, message: expect.stringMatching(/^unknown kind "Deploy"/) },
  ])
})
