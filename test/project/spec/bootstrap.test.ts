import { expect, it } from 'vitest'
import { clusterSpec } from '../../helpers/project.js'
import { errorOf, loadCluster } from '../../helpers/specs.js'

const withEntry = (entry: string) => clusterSpec('example.com', `  bootstrap:\n    - ${entry}\n`)

it.each([
  ['the name of an addon', 'cilium', 'cilium'],
  ['a path from the domain', './addons/pool', './addons/pool'],
  ['a path from above the domain', '../shared/ingress', '../shared/ingress'],
  ['a path from the project', '/addons/global', '/addons/global'],
  ['a map of nothing', 'cilium: null', { cilium: null }],
  ['a map of less than nothing', 'cilium:', { cilium: null }],
  ['a map of a path', './pool: { wait: true }', { './pool': { wait: true } }],
  ['an empty map', 'cilium: {}', { cilium: {} }],
  [
    'every option',
    'csi: { name: storage, values: { a: 1 }, valueFiles: [a.yaml], env: { A: x, b_2: 3, _C: true }, wait: false, dependsOn: [ccm, 5] }',
    {
      csi: {
        name: 'storage',
        values: { a: 1 },
        valueFiles: ['a.yaml'],
        env: { A: 'x', b_2: 3, _C: true },
        wait: false,
        dependsOn: ['ccm', 5],
      },
    },
  ],
  ['a name that only looks like a number', 'csi: { name: "5" }', { csi: { name: '5' } }],
  ['a name that only looks like a boolean', 'csi: { name: "true" }', { csi: { name: 'true' } }],
  [
    'the older form: helm values alone',
    'cilium: { operator: { replicas: 1 } }',
    { cilium: { operator: { replicas: 1 } } },
  ],
])('takes %s', (_what, entry, expected) => {
  expect(loadCluster(withEntry(entry)).spec.spec).toMatchObject({ bootstrap: [expected] })
})

it('tells no bootstrap from an empty one', () => {
  expect(loadCluster(clusterSpec('example.com')).spec.spec).not.toHaveProperty('bootstrap')
  expect(loadCluster(clusterSpec('example.com', '  bootstrap: []\n')).spec.spec).toHaveProperty(
    'bootstrap',
    [],
  )
})

it.each([
  ['a number', '5', 7, 'spec.bootstrap[0]: expected text that is not empty or a map, found the number 5'],
  ['nothing', 'null', 7, 'spec.bootstrap[0]: expected text that is not empty or a map, found nothing'],
  ['a list', '[cilium]', 7, 'spec.bootstrap[0]: expected text that is not empty or a map, found a list'],
  ['empty text', '""', 7, 'spec.bootstrap[0]: expected text that is not empty, found empty text'],
  ['a blank', '" "', 7, 'spec.bootstrap[0]: expected text that is not empty, found " "'],
  ['a map without a key', '{}', 7, 'spec.bootstrap[0]: an entry has one key: the addon'],
  ['a map with two keys', '{ a: null, b: null }', 7, 'spec.bootstrap[0]: an entry has one key: the addon'],
  ['an empty key', '"": null', 7, 'expected text that is not empty as key, found ""'],
  ['text for options', 'csi: x', 12, 'spec.bootstrap[0].csi: expected nothing or a map, found "x"'],
  [
    'a list for options',
    'csi: []',
    12,
    'spec.bootstrap[0].csi: expected nothing or a map, found an empty list',
  ],
  [
    'a number as name',
    'csi: { name: 5 }',
    20,
    'spec.bootstrap[0].csi.name: expected a name of letters, digits, ".", "_" and "-", found the number 5',
  ],
  [
    'a boolean as name',
    'csi: { name: true }',
    20,
    'spec.bootstrap[0].csi.name: expected a name of letters, digits, ".", "_" and "-", found true',
  ],
  [
    'no name',
    'csi: { name: null }',
    20,
    'spec.bootstrap[0].csi.name: expected a name of letters, digits, ".", "_" and "-", found nothing',
  ],
  [
    'a list as name',
    'csi: { name: [a] }',
    20,
    'spec.bootstrap[0].csi.name: expected a name of letters, digits, ".", "_" and "-", found a list',
  ],
  [
    'an empty name',
    'csi: { name: "" }',
    20,
    'spec.bootstrap[0].csi.name: expected a name of letters, digits, ".", "_" and "-", found empty text',
  ],
  [
    'a name with a slash',
    'csi: { name: a/b }',
    20,
    'spec.bootstrap[0].csi.name: expected a name of letters, digits, ".", "_" and "-", found "a/b"',
  ],
  [
    'wait as text',
    'csi: { wait: yes }',
    20,
    'spec.bootstrap[0].csi.wait: expected true or false, found "yes"',
  ],
  [
    'wait as a number',
    'csi: { wait: 1 }',
    20,
    'spec.bootstrap[0].csi.wait: expected true or false, found the number 1',
  ],
  [
    'values as a list',
    'csi: { values: [] }',
    22,
    'spec.bootstrap[0].csi.values: expected a map, found an empty list',
  ],
  ['no values', 'csi: { values: }', 22, 'spec.bootstrap[0].csi.values: expected a map, found nothing'],
  [
    'valueFiles as text',
    'csi: { valueFiles: a.yaml }',
    26,
    'spec.bootstrap[0].csi.valueFiles: expected a list, found "a.yaml"',
  ],
  ['env as a list', 'csi: { env: [A=1] }', 19, 'spec.bootstrap[0].csi.env: expected a map, found a list'],
  [
    'env with a name that is none',
    'csi: { env: { 1A: x } }',
    21,
    'expected the name of an environment variable as key, found "1A"',
  ],
  [
    'env with a map, as values have them',
    'csi: { env: { A: { b: c } } }',
    24,
    'spec.bootstrap[0].csi.env.A: expected text or a number or true or false, found a map',
  ],
  [
    'env with nothing',
    'csi: { env: { A: null } }',
    24,
    'spec.bootstrap[0].csi.env.A: expected text or a number or true or false, found nothing',
  ],
  [
    'dependsOn as text',
    'csi: { dependsOn: ccm }',
    25,
    'spec.bootstrap[0].csi.dependsOn: expected a list, found "ccm"',
  ],
  [
    'dependsOn with nothing',
    'csi: { dependsOn: [ccm, null] }',
    31,
    'spec.bootstrap[0].csi.dependsOn[1]: expected text or a number or true or false, found nothing',
  ],
  [
    'dependsOn with a list',
    'csi: { dependsOn: [[ccm]] }',
    26,
    'spec.bootstrap[0].csi.dependsOn[0]: expected text or a number or true or false, found a list',
  ],
  [
    'helm values beside options',
    'csi: { wait: true, replicas: 3 }',
    26,
    'unknown key "replicas" in spec.bootstrap[0].csi',
  ],
])('refuses %s', (_what, entry, column, message) => {
  expect(errorOf(() => loadCluster(withEntry(entry))).problems).toMatchObject([
    { line: 7, column, source: `    - ${entry}`, message },
  ])
})

it('proposes the option that was meant', () => {
  expect(
    errorOf(() => loadCluster(withEntry('csi: { wait: true, dependson: [ccm] }'))).problems,
  ).toMatchObject([
    { message: 'unknown key "dependson" in spec.bootstrap[0].csi', hint: 'did you mean "dependsOn"?' },
  ])
})
