import { symlinkSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { clusterSpec, makeFolder, writeFiles } from '../helpers/project.js'
import { errorOf } from '../helpers/specs.js'
import { addons, chartAddon, firstLine, plainAddon, plan, planSpec, problemsOf } from './plans.js'

const files = {
  ...addons('own', 'shadowed', 'group/nested'),
  ...chartAddon('.lok8s/addons/chart'),
  ...plainAddon('clusters/example.com/addons/pool'),
  ...plainAddon('clusters/shared/ingress'),
  ...plainAddon('global'),
}
const domain = 'clusters/example.com'

it.each([
  ['a name: the addon of the project', 'own', '.lok8s/addons/own', 'own'],
  ['a name: of the project before the built-in one', 'shadowed', '.lok8s/addons/shadowed', 'shadowed'],
  ['a name with a slash', 'group/nested', '.lok8s/addons/group/nested', 'nested'],
  ['./ from the folder of the domain', './addons/pool', `${domain}/addons/pool`, 'pool'],
  ['../ from the folder of the domain', '../shared/ingress', 'clusters/shared/ingress', 'ingress'],
  ['/ from the root of the project', '/global', 'global', 'global'],
  ['a slash at the end', './addons/pool/', `${domain}/addons/pool`, 'pool'],
  ['a map of nothing', 'own:', '.lok8s/addons/own', 'own'],
  ['a map of null', './addons/pool: null', `${domain}/addons/pool`, 'pool'],
  ['an empty map', 'own: {}', '.lok8s/addons/own', 'own'],
  ['a map of options', 'own: { name: mine }', '.lok8s/addons/own', 'mine'],
])('resolves %s', (_what, entry, folder, name) => {
  const { entries, root } = plan([entry], files)
  expect(entries).toEqual([
    {
      name,
      ref: entry.split(':')[0],
      folder: path.join(root, folder),
      isBuiltIn: false,
      isGate: false,
      env: {},
      valueFiles: [],
    },
  ])
})

it('takes a built-in addon where the project has none of that name', () => {
  const [entry] = plan(['built-in'], files).entries
  expect(entry).toMatchObject({ name: 'built-in', isBuiltIn: true })
  expect(entry!.folder).toMatch(/\/built-in$/)
})

it('reads every option', () => {
  const { entries, root } = plan(
    ['chart: { name: c, wait: true, env: { A: text, B: true }, values: { a: 1 }, valueFiles: [v.yaml] }'],
    { ...files, [`${domain}/v.yaml`]: '' },
  )
  expect(entries).toMatchObject([
    {
      name: 'c',
      isGate: true,
      env: { A: 'text', B: 'true' },
      values: { a: 1 },
      valueFiles: [path.join(root, domain, 'v.yaml')],
    },
  ])
})

it('hands numbers over as the file spells them', () => {
  const [entry] = plan(['own: { env: { PIN: 0123, V: 1.10, F: 1e3, Q: x } }'], files).entries
  expect(entry!.env).toEqual({ PIN: '0123', V: '1.10', F: '1e3', Q: 'x' })
})

it('takes a map without any option as helm values', () => {
  const [entry] = plan(['chart: { replicas: 2, image: { tag: x } }'], files).entries
  expect(entry).toMatchObject({ values: { replicas: 2, image: { tag: 'x' } }, isGate: false, env: {} })
})

it.each([
  ['Rehearsal', []],
  ['Lo', ['cilium']],
  ['hetzner', ['cilium', 'ccm', 'csi']],
])('gives a cluster of kind %s without a bootstrap: %j', (kind, names) => {
  const spec = clusterSpec('example.com', '  kubernetes: { version: v1.33.5 }\n').replace('Rehearsal', kind)
  const { entries } = planSpec(spec, addons('cilium', 'ccm', 'csi'))
  expect(entries.map(({ name }) => name)).toEqual(names)
})

it('gives nothing where the list is empty, on purpose', () => {
  const { entries } = planSpec(clusterSpec('example.com', '  bootstrap: []\n').replace('Rehearsal', 'Lo'))
  expect(entries).toEqual([])
})

it.each([
  [
    'a name that is no addon, with the one that was meant',
    'chrt',
    {
      column: 7,
      message: expect.stringContaining('addon not found: "chrt" (resolved to .lok8s/addons/chrt'),
      hint: 'did you mean "chart"?',
    },
  ],
  [
    'a name close to a built-in one',
    'built-on',
    { message: expect.stringContaining('addon not found: "built-on"'), hint: 'did you mean "built-in"?' },
  ],
  [
    'a path to nothing',
    './nowhere',
    { message: `addon not found: "./nowhere" (resolved to ${domain}/nowhere)` },
  ],
  ['a path to a file', './cluster.lok8s.yaml', { message: expect.stringContaining('addon not found') }],
  ['options of what is not there', 'nope: { wait: true }', { column: 7 }],
  ['a path out of the project', '../../../x', { message: 'this leads out of the project' }],
  ['a path out of the project by its root', '/../x', { message: 'this leads out of the project' }],
  ['the project itself', '/', { message: 'this leads out of the project' }],
  ['a name that climbs', 'a/../../../../x', { message: '"a/../../../../x" is no name of an addon' }],
  ['a hidden name', '.hidden', { message: '".hidden" is no name of an addon' }],
  [
    'a folder without a kustomization',
    '../example.com',
    { message: `${domain} has no kustomization.yaml, so it is no addon` },
  ],
  [
    'values for an addon without a chart',
    'own: { values: { a: 1 } }',
    { column: 14, message: 'values need a chart, and .lok8s/addons/own has no chart.yaml' },
  ],
  [
    'value files for an addon without a chart',
    'own: { valueFiles: [v.yaml] }',
    { column: 14, message: 'valueFiles need a chart, and .lok8s/addons/own has no chart.yaml' },
  ],
  [
    'helm values alone for an addon without a chart',
    'own: { replicas: 2 }',
    {
      column: 7,
      message: 'values need a chart, and .lok8s/addons/own has no chart.yaml',
      hint: expect.stringContaining('helm values as a whole'),
    },
  ],
  [
    'a value file that is not there',
    'chart: { valueFiles: [v.yaml] }',
    { column: 29, message: `there is no file ${domain}/v.yaml` },
  ],
  [
    'a value file that is a folder',
    'chart: { valueFiles: [addons] }',
    { message: `there is no file ${domain}/addons` },
  ],
  [
    'a value file outside the project',
    'chart: { valueFiles: [../../../v.yaml] }',
    { message: 'this leads out of the project' },
  ],
])('refuses %s', (_what, entry, problem) => {
  expect(problemsOf([entry], files)).toMatchObject([
    { file: `${domain}/cluster.lok8s.yaml`, line: firstLine, source: `    - ${entry}`, ...problem },
  ])
})

function planLinked(to: (root: string) => string) {
  const spec = clusterSpec('example.com', '  bootstrap: [linked]\n')
  return planSpec(spec, files, root => symlinkSync(to(root), path.join(root, '.lok8s/addons/linked')))
}

it('follows a link that stays in the project', () => {
  const [entry] = planLinked(root => path.join(root, 'global')).entries
  expect(entry).toMatchObject({ name: 'linked', isBuiltIn: false })
})

it('refuses a link that leads out of the project', () => {
  const outside = makeFolder()
  writeFiles(outside, plainAddon('addon'))
  const error = errorOf(() => planLinked(() => path.join(outside, 'addon')))
  expect(error.problems).toMatchObject([
    { line: 6, message: `this is a link that leads out of the project, to ${outside}/addon` },
  ])
})

it('tells of everything that is wrong at once, in the order of the file', () => {
  const found = problemsOf(
    ['nope', 'own: { dependsOn: [nowhere] }', './nothing', 'own: { name: x, values: {} }'],
    files,
  )
  expect(found.map(({ line }) => line)).toEqual([7, 8, 9, 10])
})
