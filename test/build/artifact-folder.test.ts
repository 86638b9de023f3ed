import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs'
import path from 'node:path'
import process from 'node:process'
import { expect, it } from 'vitest'
import { planArtifact } from '../../src/build/artifact.js'
import { checkInside, recoverArtifacts, writeArtifact } from '../../src/build/artifact-folder.js'
import { makeFolder, readTree, writeFiles } from '../helpers/project.js'

const pid = 4242
const configMap = (name: string, value = 'x') =>
  `apiVersion: v1\ndata:\n  key: ${value}\nkind: ConfigMap\nmetadata:\n  name: ${name}\n`
const rendered = (...documents: string[]) => Buffer.from(documents.join('---\n'))
const single = (...documents: string[]) => planArtifact(rendered(...documents), 'single')
const split = (...documents: string[]) => planArtifact(rendered(...documents), 'split')
const textOf = ({ files }: ReturnType<typeof single>) =>
  Object.fromEntries([...files].map(([name, bytes]) => [name, bytes.toString()]))

function makePlace() {
  const artifacts = path.join(makeFolder(), 'artifacts')
  return { artifacts, target: 'web', folder: path.join(artifacts, 'web') }
}
const write = (place: ReturnType<typeof makePlace>, artifact: ReturnType<typeof single>) =>
  writeArtifact(place, artifact, { pid })

/** Whatever a write would change of a file or folder. */
function stampsOf(folder: string) {
  const entries = ['.', ...readdirSync(folder, { recursive: true, encoding: 'utf8' })]
  return entries.map(name => {
    const { ino, mtimeMs, ctimeMs } = lstatSync(path.join(folder, name))
    return { name, ino, mtimeMs, ctimeMs }
  })
}

const inodeOf = (file: string) => lstatSync(file).ino

it('creates an artifact and the folders above it', () => {
  const place = makePlace()
  expect(write(place, single(configMap('a')))).toBe('created')
  expect(readTree(place.folder)).toEqual(textOf(single(configMap('a'))))
  expect(readdirSync(place.artifacts)).toEqual(['web'])
})

it('creates an artifact of nothing', () => {
  const place = makePlace()
  expect(write(place, single())).toBe('created')
  expect(write(place, single())).toBe('unchanged')
  expect(readTree(place.folder)).toEqual(textOf(single()))
})

it.each([
  ['single', single(configMap('a'))],
  ['split', split(configMap('a'), configMap('b'))],
])('writes nothing at all when a %s artifact is as it was', (_layout, artifact) => {
  const place = makePlace()
  write(place, artifact)
  const before = stampsOf(place.artifacts)
  expect(write(place, artifact)).toBe('unchanged')
  expect(stampsOf(place.artifacts)).toEqual(before)
})

it('replaces the one file that differs and keeps the folder', () => {
  const place = makePlace()
  write(place, split(configMap('a'), configMap('b')))
  const [folder, a, b] = ['', 'ConfigMap.a.yaml', 'ConfigMap.b.yaml'].map(name =>
    inodeOf(path.join(place.folder, name)),
  )
  expect(write(place, split(configMap('a', 'y'), configMap('b')))).toBe('configured')
  expect(readTree(place.folder)).toEqual(textOf(split(configMap('a', 'y'), configMap('b'))))
  expect(inodeOf(place.folder)).toBe(folder)
  expect(inodeOf(path.join(place.folder, 'ConfigMap.b.yaml'))).toBe(b)
  expect(inodeOf(path.join(place.folder, 'ConfigMap.a.yaml'))).not.toBe(a)
})

it('replaces the whole folder when several files differ, and keeps the files that do not', () => {
  const place = makePlace()
  write(place, split(configMap('a'), configMap('b'), configMap('c')))
  const [folder, a] = ['', 'ConfigMap.a.yaml'].map(name => inodeOf(path.join(place.folder, name)))
  expect(write(place, split(configMap('a'), configMap('b', 'y'), configMap('c', 'y')))).toBe('configured')
  expect(inodeOf(place.folder)).not.toBe(folder)
  expect(inodeOf(path.join(place.folder, 'ConfigMap.a.yaml'))).toBe(a)
})

it.each([
  ['single to split', single(configMap('a')), split(configMap('a'))],
  ['split to single', split(configMap('a')), single(configMap('a'))],
  ['one resource more', split(configMap('a')), split(configMap('a'), configMap('b'))],
  ['one resource less', split(configMap('a'), configMap('b')), split(configMap('b'))],
  [
    'names that need quotes in the list',
    split(configMap('a').replace('ConfigMap', '.x')),
    single(configMap('a')),
  ],
])('leaves the files of the new artifact alone after a change from %s', (_what, before, after) => {
  const place = makePlace()
  write(place, before)
  expect(write(place, after)).toBe('configured')
  expect(readTree(place.folder)).toEqual(textOf(after))
})

it('takes over a file that is missing, changed by hand, or a link', () => {
  const place = makePlace()
  const artifact = split(configMap('a'), configMap('b'), configMap('c'))
  write(place, artifact)
  rmSync(path.join(place.folder, 'ConfigMap.a.yaml'))
  writeFiles(place.artifacts, { 'web/ConfigMap.b.yaml': 'mine', 'elsewhere.yaml': 'not mine' })
  rmSync(path.join(place.folder, 'ConfigMap.c.yaml'))
  symlinkSync('../elsewhere.yaml', path.join(place.folder, 'ConfigMap.c.yaml'))
  expect(write(place, artifact)).toBe('configured')
  expect(readTree(place.artifacts)).toEqual({
    ...Object.fromEntries(Object.entries(textOf(artifact)).map(([name, text]) => [`web/${name}`, text])),
    'elsewhere.yaml': 'not mine',
  })
})

it.each([
  ['a change of layout', split(configMap('a'), configMap('b'))],
  ['a change of one file', single(configMap('a', 'y'))],
])('keeps what it did not write through %s', (_what, after) => {
  const place = makePlace()
  write(place, single(configMap('a')))
  writeFiles(place.folder, {
    'README.md': 'mine',
    'patch.yaml': 'mine',
    '.hidden': 'mine',
    'folder/deep/x': 'mine',
  })
  mkdirSync(path.join(place.folder, 'empty'))
  symlinkSync('README.md', path.join(place.folder, 'link'))
  symlinkSync('nowhere', path.join(place.folder, 'broken'))
  const readme = inodeOf(path.join(place.folder, 'README.md'))
  expect(write(place, after)).toBe('configured')
  expect(readTree(place.folder)).toEqual({
    ...textOf(after),
    'README.md': 'mine',
    'patch.yaml': 'mine',
    '.hidden': 'mine',
    'folder/deep/x': 'mine',
  })
  expect(readdirSync(path.join(place.folder, 'empty'))).toEqual([])
  expect(['link', 'broken'].map(name => readlinkSync(path.join(place.folder, name)))).toEqual([
    'README.md',
    'nowhere',
  ])
  expect(inodeOf(path.join(place.folder, 'README.md'))).toBe(readme)
})

it('keeps what stands in a folder that had no artifact yet', () => {
  const place = makePlace()
  writeFiles(place.folder, { 'README.md': 'mine' })
  expect(write(place, single(configMap('a')))).toBe('created')
  expect(readTree(place.folder)).toEqual({ ...textOf(single(configMap('a'))), 'README.md': 'mine' })
})

it('refuses a folder that is a link', () => {
  const place = makePlace()
  writeFiles(place.artifacts, { 'real/artifacts.yaml': 'mine' })
  symlinkSync('real', place.folder)
  const before = stampsOf(place.artifacts)
  expect(() => write(place, single(configMap('a')))).toThrow(
    expect.objectContaining({ code: 'PATH_OUTSIDE' }),
  )
  expect(stampsOf(place.artifacts)).toEqual(before)
})

it.each([
  ['single', single(configMap('a'), configMap('b')), single()],
  ['split', split(configMap('a'), configMap('b')), split()],
  ['the other layout', split(configMap('a'), configMap('b')), single()],
])('refuses to replace resources by nothing (%s)', (_what, artifact, empty) => {
  const place = makePlace()
  write(place, artifact)
  expect(() => write(place, empty)).toThrow(
    expect.objectContaining({
      code: 'ARTIFACT_REFUSED',
      message: 'Target "web" renders to nothing now; its artifact has 2 resources.',
      hint: 'If that is what you want, remove artifacts/web first.',
    }),
  )
  expect(readTree(place.folder)).toEqual(textOf(artifact))
})

it.each([
  ['a file where the folder should be', 'web', 'ENOTDIR'],
  ['a folder where a file should be', 'web/artifacts.yaml/x', 'EISDIR'],
])('explains %s and leaves it', (_what, file, code) => {
  const place = makePlace()
  writeFiles(place.artifacts, { [file]: 'mine' })
  expect(() => write(place, single(configMap('a')))).toThrow(
    expect.objectContaining({
      code: 'WRITE_FAILED',
      message: expect.stringMatching(`^${place.folder} cannot be written: ${code}`),
    }),
  )
  expect(readTree(place.artifacts)).toEqual({ [file]: 'mine' })
})

it('explains that no folder can be made', () => {
  const place = makePlace()
  writeFiles(place.artifacts, { '../artifacts': 'a file' })
  expect(() => write(place, single(configMap('a')))).toThrow(
    expect.objectContaining({ code: 'WRITE_FAILED' }),
  )
  expect(() => recoverArtifacts(place.artifacts, { pid, isRunning: () => false })).toThrow(
    expect.objectContaining({ code: 'WRITE_FAILED' }),
  )
})

/** Works as a user for whom the modes of files count, which they do not for root. */
function unprivileged<Value>(work: () => Value): Value {
  if (process.getuid!() !== 0) return work()
  process.seteuid!(65534)
  try {
    return work()
  } finally {
    process.seteuid!(0)
  }
}

it('explains a read-only folder, leaves the artifact, and needs no right to write what is unchanged', () => {
  const place = makePlace()
  write(place, single(configMap('a')))
  chmodSync(path.dirname(place.artifacts), 0o755)
  chmodSync(place.artifacts, 0o555)
  const before = stampsOf(place.artifacts)
  const attempt = (artifact: ReturnType<typeof single>) => unprivileged(() => write(place, artifact))
  expect(() => attempt(single(configMap('a', 'y')))).toThrow(
    expect.objectContaining({
      code: 'WRITE_FAILED',
      message: expect.stringMatching(`^${place.folder} cannot be written: EACCES`),
      hint: 'You have no right to write there.',
    }),
  )
  expect(attempt(single(configMap('a')))).toBe('unchanged')
  expect(stampsOf(place.artifacts)).toEqual(before)
})

const dead = { pid, isRunning: () => false }
const alive = { pid, isRunning: () => true }
const stageOf = ({ artifacts }: { artifacts: string }, owner = 1, target = 'web') =>
  path.join(artifacts, `.lo-${owner}-${target}-AbC123`)

/** What a build leaves that was killed between the two renames. */
function park(place: ReturnType<typeof makePlace>, stage: string): void {
  mkdirSync(stage)
  renameSync(place.folder, path.join(stage, 'old'))
  writeFiles(stage, { 'new/artifacts.yaml': 'half' })
}

it.each([
  ['a build that is dead', 1, dead],
  ['an earlier process of the same id', pid, alive],
])('puts back what %s had renamed away', (_what, owner, processes) => {
  const place = makePlace()
  write(place, split(configMap('a')))
  writeFiles(place.folder, { 'README.md': 'mine' })
  const folder = inodeOf(place.folder)
  park(place, stageOf(place, owner))
  recoverArtifacts(place.artifacts, processes)
  expect(readdirSync(place.artifacts)).toEqual(['web'])
  expect(readTree(place.folder)).toEqual({ ...textOf(split(configMap('a'))), 'README.md': 'mine' })
  expect(inodeOf(place.folder)).toBe(folder)
})

it('hands over the foreign files alone when there is a new artifact already', () => {
  const place = makePlace()
  write(place, split(configMap('a'), configMap('gone')))
  writeFiles(place.folder, { 'README.md': 'older', 'notes.md': 'mine' })
  park(place, stageOf(place))
  write(place, split(configMap('a', 'y')))
  writeFiles(place.folder, { 'README.md': 'newer' })
  recoverArtifacts(place.artifacts, dead)
  expect(readdirSync(place.artifacts)).toEqual(['web'])
  expect(readTree(place.folder)).toEqual({
    ...textOf(split(configMap('a', 'y'))),
    'README.md': 'newer',
    'notes.md': 'mine',
  })
})

it.each([
  ['had written but not swapped in', 'new'],
  ['was removing', 'rubbish'],
])('removes what a dead build %s', (_what, name) => {
  const place = makePlace()
  write(place, single(configMap('a')))
  writeFiles(stageOf(place), { [`${name}/ConfigMap.gone.yaml`]: 'half' })
  recoverArtifacts(place.artifacts, dead)
  expect(readdirSync(place.artifacts)).toEqual(['web'])
  expect(readTree(place.folder)).toEqual(textOf(single(configMap('a'))))
})

it('leaves alone what belongs to a running build', () => {
  const place = makePlace()
  write(place, single(configMap('a')))
  park(place, stageOf(place))
  const before = stampsOf(place.artifacts)
  recoverArtifacts(place.artifacts, alive)
  expect(stampsOf(place.artifacts)).toEqual(before)
})

it('leaves alone what only looks like its own', () => {
  const place = makePlace()
  writeFiles(place.artifacts, {
    '.lo-notes/x': '',
    '.lo-1-web/x': '',
    '.lo-x-web-AbC123/x': '',
    'lo-1-web-AbC123/x': '',
    '.git/x': '',
  })
  const before = stampsOf(place.artifacts)
  recoverArtifacts(place.artifacts, dead)
  expect(stampsOf(place.artifacts)).toEqual(before)
})

it('tells the target by the name, whatever dashes are in it', () => {
  const place = makePlace()
  writeFiles(stageOf(place, 1, 'a-b-12-c'), { 'old/artifacts.yaml': 'old' })
  recoverArtifacts(place.artifacts, dead)
  expect(readTree(place.artifacts)).toEqual({ 'a-b-12-c/artifacts.yaml': 'old' })
})

it('makes no folder where there is nothing to recover', () => {
  const place = makePlace()
  recoverArtifacts(place.artifacts, dead)
  expect(readdirSync(path.dirname(place.artifacts))).toEqual([])
})

it('explains that what a dead build left cannot be put back', () => {
  const place = makePlace()
  write(place, single(configMap('a')))
  park(place, stageOf(place))
  chmodSync(path.dirname(place.artifacts), 0o755)
  chmodSync(place.artifacts, 0o555)
  expect(() => unprivileged(() => recoverArtifacts(place.artifacts, dead))).toThrow(
    expect.objectContaining({ code: 'WRITE_FAILED', hint: 'You have no right to write there.' }),
  )
})

const domain = 'project/clusters/example.com'
function makeDomainFolder(links: Record<string, string>): string {
  const folder = makeFolder()
  writeFiles(folder, {
    [`${domain}/spec.yaml`]: '',
    'project/elsewhere/x': '',
    'project-2/x': '',
    'outside/artifacts/x': '',
  })
  for (const [link, target] of Object.entries(links)) symlinkSync(target, path.join(folder, link))
  return folder
}
const check = (folder: string, artifacts: string) =>
  checkInside(path.join(folder, 'project'), path.join(folder, artifacts))

it.each([
  ['a domain without artifacts', {}, `${domain}/artifacts`],
  ['a link inside the project', { [`${domain}/artifacts`]: '../../elsewhere' }, `${domain}/artifacts`],
  ['a project that is reached by a link', { link: 'project' }, 'link/clusters/example.com/artifacts'],
])('lets artifacts be written to %s', (_what, links, artifacts) => {
  expect(() => check(makeDomainFolder(links), artifacts)).not.toThrow()
})

it('lets nothing be written over the targets', () => {
  const folder = makeDomainFolder({ [`${domain}/artifacts`]: 'targets' })
  mkdirSync(path.join(folder, domain, 'targets/web'), { recursive: true })
  expect(() => check(folder, `${domain}/artifacts`)).toThrow(/leads into targets\/, which lo reads/)
})

it.each([
  [
    'artifacts that are a link out of it',
    { [`${domain}/artifacts`]: '../../../outside' },
    `${domain}/artifacts`,
  ],
  ['artifacts that are a link to it', { [`${domain}/artifacts`]: '../..' }, `${domain}/artifacts`],
  [
    'a folder whose name only begins the same',
    { [`${domain}/artifacts`]: '../../../project-2' },
    `${domain}/artifacts`,
  ],
  [
    'a domain that is a link out of it',
    { 'project/clusters/b': '../../outside' },
    'project/clusters/b/artifacts',
  ],
  [
    'a new folder in a domain that is a link',
    { 'project/clusters/b': '../../project-2' },
    'project/clusters/b/artifacts',
  ],
])('refuses %s', (_what, links, artifacts) => {
  expect(() => check(makeDomainFolder(links), artifacts)).toThrow(
    expect.objectContaining({
      code: 'PATH_OUTSIDE',
      message: expect.stringContaining('leads out of the project'),
    }),
  )
})

it('lets artifacts be written in a project at the root of the file system', () => {
  expect(() => checkInside('/', path.join(makeFolder(), 'artifacts'))).not.toThrow()
})
