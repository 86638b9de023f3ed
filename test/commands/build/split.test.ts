import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { parse, parseAllDocuments } from 'yaml'
import { lo } from '../../helpers/lo.js'
import { clusterSpec, writeFiles } from '../../helpers/project.js'
import {
  artifactFolder,
  configMap,
  domainFolder,
  makeTargets,
  readArtifact,
  render,
  targetFolder,
  targetOf,
  writeTargets,
} from '../../helpers/targets.js'

const clusterRole = (name: string) =>
  `apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata:\n  name: ${name}\n`
const ingress = (group: string) =>
  `apiVersion: ${group}/v1\nkind: Ingress\nmetadata: { name: web, namespace: ns }\n`
const everything = [
  configMap(
    'plain',
    '  namespace: shop\ndata: { no: "no", exp: "1e3", hex: "0x1F", date: "2001-01-01", nul: "" }\n',
  ),
  configMap('block', 'data:\n  a: |\n    one\n    ---\n    # two\n  b: "---"\n'),
  configMap('unicode', 'data: { a: "ü 漢字 🎉", b: "one\\r\\ntwo" }\n'),
  configMap('"1e3"'),
  configMap('"0x1F"'),
  configMap('"no"'),
  clusterRole('"system:foo/bar"'),
  ingress('networking.k8s.io'),
  ingress('extensions'),
]
const build = (cwd: string, ...flags: string[]) => lo(['build', 'example.com', ...flags], { cwd })

/** The artifact without its list. */
function filesOf(artifact: Record<string, string>) {
  const { 'kustomization.yaml': list, ...files } = artifact
  return { listed: parse(list!).resources as string[], files }
}
const valuesOf = (text: string) =>
  parseAllDocuments(text, { version: '1.1' }).map(document => document.toJS())

it('writes a file for each resource, which together are the documents of the render', async () => {
  const cwd = makeTargets(targetOf('web', ...everything))
  expect(await build(cwd, '--split')).toMatchObject({ exitCode: 0 })
  const { listed, files } = filesOf(readArtifact(cwd))
  expect(Object.keys(files).sort()).toEqual([
    'ClusterRole.system%3Afoo%2Fbar.yaml',
    'ConfigMap.0x1F.yaml',
    'ConfigMap.1e3.yaml',
    'ConfigMap.block.yaml',
    'ConfigMap.no.yaml',
    'ConfigMap.shop.plain.yaml',
    'ConfigMap.unicode.yaml',
    'Ingress.extensions.ns.web.yaml',
    'Ingress.networking.k8s.io.ns.web.yaml',
  ])
  const printed = await render(targetFolder(cwd))
  expect(listed.map(name => files[name]).join('---\n')).toBe(printed)
  expect(listed.flatMap(name => valuesOf(files[name]!))).toEqual(valuesOf(printed))
  expect([...listed].sort()).toEqual(Object.keys(files).sort())
})

it.each([
  ['split', '--split', 'kustomize'],
  ['split', '--split', 'kubectl'],
  ['single', '--no-split', 'kustomize'],
  ['single', '--no-split', 'kubectl'],
] as const)('writes %s folders that are kustomizations of the same resources (%s, %s)', async (_layout, flag, renderer) => {
  const hostile = configMap('a').replace('ConfigMap', '.Ünicode')
  const cwd = makeTargets({
    ...targetOf('web', ...everything, hostile),
    'empty/kustomization.yaml': 'resources: []\n',
  })
  expect(await build(cwd, flag)).toMatchObject({ exitCode: 0 })
  expect(await render(artifactFolder(cwd), { renderer })).toBe(await render(targetFolder(cwd)))
  expect(await render(artifactFolder(cwd, 'empty'), { renderer })).toBe('')
})

it('gives names that are too long for a file short ones that differ', async () => {
  const long = (name: string) => configMap(name, `  namespace: ${'n'.repeat(63)}\n`)
  const cwd = makeTargets(targetOf('web', long('a'.repeat(253)), long(`${'a'.repeat(252)}b`)))
  expect(await build(cwd, '--split')).toMatchObject({ exitCode: 0 })
  const { listed } = filesOf(readArtifact(cwd))
  expect(listed.map(name => name.length)).toEqual([255, 255])
  expect(await render(artifactFolder(cwd))).toBe(await render(targetFolder(cwd)))
})

it('leaves only the files of the layout, and foreign ones, whatever layout was before', async () => {
  const cwd = makeTargets(targetOf('web', configMap('a'), configMap('b')))
  writeFiles(artifactFolder(cwd), { 'README.md': 'mine', 'notes/x.yaml': 'mine' })
  const foreign = { 'README.md': 'mine', 'notes/x.yaml': 'mine' }
  await build(cwd)
  const single = readArtifact(cwd)
  await build(cwd, '--split')
  const split = readArtifact(cwd)
  await build(cwd)
  expect(Object.keys(single).sort()).toEqual(
    [...Object.keys(foreign), 'artifacts.yaml', 'kustomization.yaml'].sort(),
  )
  expect(Object.keys(split).sort()).toEqual(
    [...Object.keys(foreign), 'ConfigMap.a.yaml', 'ConfigMap.b.yaml', 'kustomization.yaml'].sort(),
  )
  expect(split).toMatchObject(foreign)
  expect(readArtifact(cwd)).toEqual(single)
})

it('removes the file of a resource that is gone', async () => {
  const cwd = makeTargets(targetOf('web', configMap('a'), configMap('b'), configMap('c')))
  await build(cwd, '--split')
  writeTargets(cwd, targetOf('web', configMap('b')))
  expect((await build(cwd, '--split')).stdout).toMatch(/^web {2}configured {2}1 resource /)
  expect(Object.keys(readArtifact(cwd))).toEqual(['ConfigMap.b.yaml', 'kustomization.yaml'])
})

it('changes nothing the second time', async () => {
  const cwd = makeTargets(targetOf('web', ...everything))
  await build(cwd, '--split')
  const before = readArtifact(cwd)
  expect((await build(cwd, '--split')).stdout).toMatch(/^web {2}unchanged {3}9 resources/)
  expect(readArtifact(cwd)).toEqual(before)
})

it.each([
  ['split by the spec', 'split', [], 'ConfigMap.a.yaml'],
  ['single by --no-split over the spec', 'split', ['--no-split'], 'artifacts.yaml'],
  ['single by the spec', 'single', [], 'artifacts.yaml'],
  ['split by --split over the spec', 'single', ['--split'], 'ConfigMap.a.yaml'],
])('writes %s', async (_what, artifacts, flags, file) => {
  const cwd = makeTargets(targetOf('web', configMap('a')))
  const spec = clusterSpec('example.com', `  build: { artifacts: ${artifacts} }\n`)
  writeFileSync(path.join(cwd, domainFolder, 'cluster.lok8s.yaml'), spec)
  expect(await build(cwd, ...flags)).toMatchObject({ exitCode: 0 })
  expect(Object.keys(readArtifact(cwd)).sort()).toEqual([file, 'kustomization.yaml'])
})
