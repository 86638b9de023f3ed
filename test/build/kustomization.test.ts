import { mkdirSync, symlinkSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { findNeeds, kustomizationFile } from '../../src/build/kustomization.js'
import { makeFolder, writeFiles } from '../helpers/project.js'

const annotated = (value: string, annotation = 'config.kubernetes.io/function') =>
  `apiVersion: x.dev/v1\nkind: X\nmetadata:\n  name: x\n  annotations:\n    ${annotation}: ${value}\n`
const exec = annotated('"exec: { path: ./x.sh }"')

function makeTarget(files: Record<string, string>): string {
  const folder = makeFolder()
  writeFiles(folder, { 'target/kustomization.yaml': 'resources: []\n', ...files })
  return path.join(folder, 'target')
}

const functionsOf = (target: string) =>
  findNeeds(target).functions.map(({ file, runtime }) => [path.relative(target, file), runtime])

it.each([
  [
    'in a file of generators',
    { 'target/kustomization.yaml': 'generators: [x.yaml]', 'target/x.yaml': exec },
    'x.yaml',
  ],
  [
    'in a file of transformers',
    { 'target/kustomization.yaml': 'transformers: [x.yaml]', 'target/x.yaml': exec },
    'x.yaml',
  ],
  [
    'in a file of validators',
    { 'target/kustomization.yaml': 'validators: [x.yaml]', 'target/x.yaml': exec },
    'x.yaml',
  ],
  [
    'in the second document of a file',
    { 'target/kustomization.yaml': 'generators: [x.yaml]', 'target/x.yaml': `kind: Y\n---\n${exec}` },
    'x.yaml',
  ],
  [
    'inline',
    { 'target/kustomization.yaml': `generators:\n- |\n${exec.replace(/^/gm, '  ')}\n` },
    'kustomization.yaml',
  ],
  [
    'inline in flow style',
    {
      'target/kustomization.yaml': `generators:\n- '{kind: X, metadata: {annotations: {config.kubernetes.io/function: "exec: {path: a}"}}}'\n`,
    },
    'kustomization.yaml',
  ],
  [
    'in a folder of transformers',
    {
      'target/kustomization.yml': 'transformers: [folder]',
      'target/kustomization.yaml': 'transformers: [folder]',
      'target/folder/kustomization.yaml': 'resources: [x.yaml]',
      'target/folder/x.yaml': exec,
    },
    'folder/x.yaml',
  ],
  [
    'in a base',
    {
      'target/kustomization.yaml': 'resources: [../base]',
      'base/kustomization.yml': 'transformers: [x.yaml]',
      'base/x.yaml': exec,
    },
    '../base/x.yaml',
  ],
  [
    'in a base of the old field',
    {
      'target/kustomization.yaml': 'bases: [../base]',
      'base/Kustomization': 'transformers: [x.yaml]',
      'base/x.yaml': exec,
    },
    '../base/x.yaml',
  ],
  [
    'in a component of a component',
    {
      'target/kustomization.yaml': 'components: [../one]',
      'one/kustomization.yaml': 'kind: Component\ncomponents: [../two]',
      'two/kustomization.yaml': 'kind: Component\ngenerators: [x.yaml]',
      'two/x.yaml': exec,
    },
    '../two/x.yaml',
  ],
  [
    'in a field in another case, as kustomize takes it',
    { 'target/kustomization.yaml': 'TransFormers:\n- x.yaml\n', 'target/x.yaml': exec },
    'x.yaml',
  ],
  [
    'in a base of a field in another case',
    {
      'target/kustomization.yaml': 'RESOURCES:\n- ../base\n',
      'base/kustomization.yaml': 'transformers: [x.yaml]',
      'base/x.yaml': exec,
    },
    '../base/x.yaml',
  ],
  [
    'behind a merge key',
    {
      'target/kustomization.yaml':
        'helmCharts:\n- valuesInline: &a { transformers: [x.yaml] }\n  name: x\n<<: *a\n',
      'target/x.yaml': exec,
    },
    'x.yaml',
  ],
  [
    'under the older annotation',
    {
      'target/kustomization.yaml': 'generators: [x.yaml]',
      'target/x.yaml': annotated('"exec: { path: ./x.sh }"', 'config.k8s.io/function'),
    },
    'x.yaml',
  ],
])('finds a function that is a program %s', (_where, files, file) => {
  expect(functionsOf(makeTarget(files))).toEqual([[file, 'exec']])
})

it('finds a starlark function, which is another runtime', () => {
  const target = makeTarget({
    'target/kustomization.yaml': 'transformers: [x.yaml]',
    'target/x.yaml': annotated('"starlark: { path: ./x.star }"'),
  })
  expect(functionsOf(target)).toEqual([['x.yaml', 'starlark']])
})

it.each([
  ['a container', annotated('"container: { image: example.com/x }"')],
  ['a plugin without annotation', 'apiVersion: x.dev/v1\nkind: X\nmetadata: { name: x }\n'],
  ['an annotation that is no YAML', annotated('"exec: {path: ["')],
  ['an annotation that is no map', annotated('"exec"')],
  ['a file that is no YAML', 'config.kubernetes.io/function: [\n'],
  ['an alias to nothing', 'a: *config.kubernetes.io/function\n'],
])('passes over %s', (_what, text) => {
  const target = makeTarget({ 'target/kustomization.yaml': 'generators: [x.yaml]', 'target/x.yaml': text })
  expect(findNeeds(target)).toEqual({ helm: false, functions: [] })
})

it('does not take a resource for a function, whatever its annotations', () => {
  const target = makeTarget({ 'target/kustomization.yaml': 'resources: [x.yaml]', 'target/x.yaml': exec })
  expect(functionsOf(target)).toEqual([])
})

it.each([
  ['the charts of a kustomization', { 'target/kustomization.yaml': 'helmCharts: [{ name: x }]' }],
  ['the older field', { 'target/kustomization.yaml': 'helmChartInflationGenerator: [{ chartName: x }]' }],
  [
    'the charts of a base',
    {
      'target/kustomization.yaml': 'resources: [../base]',
      'base/kustomization.yaml': 'helmCharts: [{ name: x }]',
    },
  ],
  [
    'the generator that is built in',
    {
      'target/kustomization.yaml': 'generators: [x.yaml]',
      'target/x.yaml': 'apiVersion: builtin\nkind: HelmChartInflationGenerator\nmetadata: { name: x }\n',
    },
  ],
])('finds that helm is needed for %s', (_what, files) => {
  expect(findNeeds(makeTarget(files)).helm).toBe(true)
})

it.each([
  ['no kustomization', {}],
  ['a kustomization that is no YAML', { 'empty/kustomization.yaml': 'resources: [' }],
  ['a kustomization that is a list', { 'empty/kustomization.yaml': '- a\n' }],
  ['an empty kustomization', { 'empty/kustomization.yaml': '' }],
  [
    'fields of other types',
    { 'empty/kustomization.yaml': 'resources: x\ngenerators: { a: b }\ncomponents: [1, null, {}]\n' },
  ],
  [
    'entries that are not there',
    { 'empty/kustomization.yaml': 'resources: [gone.yaml, ../gone, https://example.com/x]\n' },
  ],
])('finds no needs in %s', (_what, files) => {
  const target = path.join(makeTarget(files), '../empty')
  mkdirSync(target, { recursive: true })
  expect(findNeeds(target)).toEqual({ helm: false, functions: [] })
})

it('comes to an end where bases stand on each other, by name and by link', () => {
  const target = makeTarget({
    'target/kustomization.yaml': 'resources: [../base, link]',
    'base/kustomization.yaml': 'resources: [../target]\ntransformers: [x.yaml]',
    'base/x.yaml': exec,
  })
  symlinkSync('../target', path.join(target, 'link'))
  expect(functionsOf(target)).toEqual([['../base/x.yaml', 'exec']])
})

it.each([
  'kustomization.yaml',
  'kustomization.yml',
  'Kustomization',
])('takes %s for a kustomization', name => {
  const folder = makeFolder()
  writeFiles(folder, { [name]: '' })
  expect(kustomizationFile(folder)).toBe(path.join(folder, name))
})
