import { expect, it } from 'vitest'
import { parse } from 'yaml'
import { parseList, planArtifact } from '../../src/build/artifact.js'

const configMap = (name: string) => `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\n`
const head = 'apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n'

function plan(text: string, layout: 'single' | 'split') {
  const { resources, files } = planArtifact(Buffer.from(text), layout)
  return { resources, files: Object.fromEntries([...files].map(([name, bytes]) => [name, bytes.toString()])) }
}

it('puts the render as it is into one file', () => {
  const text = `${configMap('a')}---\n${configMap('b')}`
  expect(plan(text, 'single')).toEqual({
    resources: 2,
    files: { 'artifacts.yaml': text, 'kustomization.yaml': `${head}resources:\n- artifacts.yaml\n` },
  })
})

it('keeps bytes that are no UTF-8 in one file', () => {
  const bytes = Buffer.from([0x61, 0x3a, 0x20, 0xff, 0x0a])
  expect(planArtifact(bytes, 'single').files.get('artifacts.yaml')).toEqual(bytes)
})

it('puts each document into a file of its own, listed in the order of the render', () => {
  expect(plan(`${configMap('b')}---\n${configMap('a')}`, 'split')).toEqual({
    resources: 2,
    files: {
      'ConfigMap.b.yaml': configMap('b'),
      'ConfigMap.a.yaml': configMap('a'),
      'kustomization.yaml': `${head}resources:\n- ConfigMap.b.yaml\n- ConfigMap.a.yaml\n`,
    },
  })
})

it.each([
  ['single', { 'artifacts.yaml': '', 'kustomization.yaml': `${head}resources:\n- artifacts.yaml\n` }],
  ['split', { 'kustomization.yaml': `${head}resources: []\n` }],
] as const)('makes a %s artifact of nothing', (layout, files) => {
  expect(plan('', layout)).toEqual({ resources: 0, files })
})

it('writes a list that YAML reads and that it reads itself, whatever the names', () => {
  const documents = ['system:foo/bar', '".hidden"', '"-"', '"no"', '"1e3"', '"%"'].map(configMap)
  const kinds = ['../x', '%x', '-x', 'Ünicode', 'true'].map(kind =>
    configMap('a').replace('ConfigMap', `"${kind}"`),
  )
  const { files } = plan([...documents, ...kinds].join('---\n'), 'split')
  const { 'kustomization.yaml': list, ...others } = files
  expect(parse(list!).resources).toEqual(Object.keys(others))
  expect(parseList(list!)).toEqual(Object.keys(others))
  expect(Object.keys(others)).toHaveLength(11)
})

it.each([
  ['a way out', '- ../x.yaml'],
  ['an absolute path', '- /etc/x.yaml'],
  ['a folder', '- base'],
  ['a path', '- base/x.yaml'],
  ['no YAML file', '- x.txt'],
  ['an address', '- https://example.com/x.yaml'],
  ['a nested entry', '  - x.yaml'],
  ['an entry with a comment', '- x.yaml # mine'],
])('takes no file name from a list with %s', (_what, line) => {
  expect(parseList(`resources:\n${line}\n`)).toEqual([])
})
