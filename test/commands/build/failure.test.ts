import { rmSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { execa } from 'execa'
import { expect, inject, it } from 'vitest'
import { lo } from '../../helpers/lo.js'
import { readTree, writeFiles } from '../../helpers/project.js'
import {
  artifactFolder,
  configMap,
  domainFolder,
  makeTargets,
  readArtifact,
  readArtifacts,
  targetFolder,
  targetOf,
  writeTargets,
} from '../../helpers/targets.js'

const targets = `${domainFolder}/targets`
const value = (text: string) => `data: { key: ${text} }\n`
const build = (cwd: string, ...flags: string[]) => lo(['build', 'example.com', ...flags], { cwd })

it('builds the others when one of three fails, and keeps the old artifact of that one', async () => {
  const files = ['a', 'b', 'c'].map(name => targetOf(name, configMap(name, value('old'))))
  const cwd = makeTargets(Object.assign({}, ...files))
  await build(cwd)
  const before = readArtifact(cwd, 'b')
  writeTargets(cwd, {
    ...targetOf('a', configMap('a', value('new'))),
    ...targetOf('b', configMap('b', value('[')), configMap('x')),
    ...targetOf('c', configMap('c', value('new'))),
  })
  const { exitCode, stdout, stderr } = await build(cwd)
  expect(exitCode).toBe(1)
  expect(stdout.replace(/ +\d+m?s$/gm, '').split('\n')).toEqual([
    'a  configured  1 resource',
    'b  failed',
    'c  configured  1 resource',
  ])
  expect(stderr).toContain('error: kustomize cannot render target "b".')
  expect(stderr).toContain('error: 1 of 3 targets of example.com failed: b.')
  expect(readArtifact(cwd, 'b')).toEqual(before)
  expect(readArtifact(cwd, 'a')['artifacts.yaml']).toContain('key: new')
  expect(readArtifact(cwd, 'c')['artifacts.yaml']).toContain('key: new')
})

it.each([
  [
    'a missing kustomization',
    { 'web/resources.yaml': configMap('a') },
    `${targets}/web: `,
    "unable to find one of 'kustomization.yaml', 'kustomization.yml' or 'Kustomization'",
  ],
  [
    'an empty kustomization',
    { 'web/kustomization.yaml': '' },
    `${targets}/web/kustomization.yaml: `,
    'kustomization.yaml is empty',
  ],
  [
    'a missing file',
    { 'web/kustomization.yaml': 'resources: [gone.yaml]\n' },
    `${targets}/web/kustomization.yaml: gone.yaml does not exist`,
    'no such file or directory',
  ],
  [
    'a missing base',
    { 'web/kustomization.yaml': 'resources: [../../gone]\n' },
    `${targets}/web/kustomization.yaml: ../../gone does not exist`,
    'no such file or directory',
  ],
  [
    'a resource that is no YAML',
    { 'web/kustomization.yaml': 'resources: [a.yaml]\n', 'web/a.yaml': 'kind: [\n' },
    `${targets}/web/a.yaml: `,
    'did not find expected node content',
  ],
  [
    'a kustomization that is no YAML',
    { 'web/kustomization.yaml': 'resources: [\n' },
    `${targets}/web/kustomization.yaml: `,
    'did not find expected node content',
  ],
  [
    'an unknown field',
    { 'web/kustomization.yaml': 'resorces: []\n' },
    `${targets}/web/kustomization.yaml: `,
    'unknown field "resorces"',
  ],
  [
    'the same resource twice',
    targetOf('web', configMap('a'), configMap('a')),
    `${targets}/web/resources.yaml: `,
    'already registered id: ConfigMap.v1.[noGrp]/a.[noNs]',
  ],
  [
    'a mistake in a base',
    {
      'web/kustomization.yaml': 'resources: [../../base]\n',
      '../base/kustomization.yaml': 'resources: [a.yaml]\n',
      '../base/a.yaml': 'kind: [\n',
    },
    `${domainFolder}/base/a.yaml: `,
    'did not find expected node content',
  ],
])('shows the file and the words of either renderer for %s', async (_what, files, place, words) => {
  const cwd = makeTargets(files)
  const [kustomize, kubectl] = await Promise.all([
    lo(['build', 'example.com'], { cwd, renderer: 'kustomize' }),
    lo(['build', 'example.com'], { cwd, renderer: 'kubectl' }),
  ])
  expect([kustomize.exitCode, kubectl.exitCode]).toEqual([1, 1])
  expect(kustomize.stderr).toContain(`\n${place}`)
  expect(kustomize.stderr).toContain(words)
  expect(kubectl.stderr).toContain(`\n${place}`)
  expect(kubectl.stderr).toContain(words)
  expect(kubectl.stderr).not.toContain('command failed')
})

it('needs a renderer', async () => {
  const cwd = makeTargets(targetOf('web', configMap('a')))
  const { exitCode, stdout, stderr } = await lo(['build', 'example.com'], { cwd, env: { PATH: '' } })
  expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' })
  expect(stderr).toContain('error: Neither kustomize nor kubectl is on PATH.\nnext: Install kubectl')
  expect(() => readArtifacts(cwd)).toThrow('ENOENT')
})

it.each([
  ['exits with a code', '#!/bin/sh\necho "out of order" >&2\nexit 7\n', 'out of order'],
  ['is ended by a signal', '#!/bin/sh\nkill -KILL $$\n', 'SIGKILL'],
  ['cannot be started', '#!/etc\n', 'ermission denied'],
])('fails when the renderer %s', async (_what, script, words) => {
  const cwd = makeTargets(targetOf('web', configMap('a')), { 'bin/kustomize': script })
  const { exitCode, stderr } = await lo(['build', 'example.com'], {
    cwd,
    env: { PATH: path.join(cwd, 'bin') },
  })
  expect(exitCode).toBe(1)
  expect(stderr).toContain(words)
  expect(stderr).not.toContain('bug')
})

it('does not count as built what a renderer printed before it failed', async () => {
  const cwd = makeTargets(targetOf('web', configMap('a')))
  await build(cwd)
  const before = readArtifact(cwd)
  writeFiles(cwd, { 'bin/kustomize': '#!/bin/sh\necho "kind: Half"\nexit 1\n' })
  const { exitCode } = await lo(['build', 'example.com'], { cwd, env: { PATH: path.join(cwd, 'bin') } })
  expect(exitCode).toBe(1)
  expect(readArtifact(cwd)).toEqual(before)
})

it.each([
  ['single', '--no-split'],
  ['split', '--split'],
])('keeps the old artifact when the disk has no room for the new one (%s)', async (_layout, flag) => {
  const cwd = makeTargets({
    ...targetOf('a', configMap('a', value('old'))),
    ...targetOf('b', configMap('b', value('old'))),
  })
  await build(cwd, flag)
  const before = readArtifact(cwd, 'a')
  writeTargets(cwd, {
    ...targetOf('a', configMap('a', value('x'.repeat(20_000))), configMap('new')),
    ...targetOf('b', configMap('b', value('new'))),
  })
  // 16 blocks of 512 bytes: the disk is full for every larger file.
  const { exitCode, stderr } = await execa(
    '/bin/sh',
    [
      '-c',
      'ulimit -f 16; exec "$@"',
      'sh',
      process.execPath,
      path.resolve('bin/lo.js'),
      'build',
      'example.com',
      flag,
    ],
    { cwd, env: { PATH: inject('renderers').kustomize, HOME: cwd }, extendEnv: false, reject: false },
  )
  expect(exitCode).toBe(1)
  expect(stderr).toContain(`error: ${artifactFolder(cwd, 'a')} cannot be written: EFBIG`)
  expect(stderr).toContain('next: The file is larger than this process may write; the artifact is as it was.')
  expect(readArtifact(cwd, 'a')).toEqual(before)
  expect(Object.values(readArtifact(cwd, 'b')).join()).toContain('key: new')
  expect(Object.keys(readArtifacts(cwd)).filter(file => file.includes('.lo-'))).toEqual([])
})

it('refuses a render that has become empty until the artifact is removed', async () => {
  const cwd = makeTargets(targetOf('web', configMap('a'), configMap('b')))
  await build(cwd, '--split')
  const before = readArtifact(cwd)
  writeTargets(cwd, { 'web/kustomization.yaml': 'resources: []\n' })
  const { exitCode, stderr } = await build(cwd, '--split')
  expect(exitCode).toBe(1)
  expect(stderr).toContain('error: Target "web" renders to nothing now; its artifact has 2 resources.')
  expect(readArtifact(cwd)).toEqual(before)
  rmSync(artifactFolder(cwd), { recursive: true })
  expect(await build(cwd, '--split')).toMatchObject({ exitCode: 0 })
})

it('explains a file in the place of artifacts', async () => {
  const cwd = makeTargets(targetOf('web', configMap('a')))
  writeFileSync(path.join(cwd, domainFolder, 'artifacts'), 'mine')
  const { exitCode, stderr } = await build(cwd)
  expect(exitCode).toBe(1)
  expect(stderr).toMatch(/^error: .*\/artifacts cannot be written: ENOTDIR/m)
})

it('leaves the targets as they are, whatever happens', async () => {
  const cwd = makeTargets({ ...targetOf('a', configMap('a')), ...targetOf('b', 'kind: [\n') })
  const before = readTree(targetFolder(cwd, '.'))
  const { exitCode } = await build(cwd)
  expect(exitCode).toBe(1)
  expect(readTree(targetFolder(cwd, '.'))).toEqual(before)
})

it('tells the targets apart whatever a plugin writes', async () => {
  const plugin = '#!/bin/sh\nprintf "x\\0y\\0" >&2\nexit 3\n'
  const bad = (target: string) => ({
    [`${target}/kustomization.yaml`]: 'generators: [loud.yaml]\n',
    [`${target}/loud.yaml`]: 'apiVersion: example.com/v1\nkind: Loud\nmetadata: { name: loud }\n',
  })
  const good = ['b1', 'b2', 'b3', 'b4'].map(name => targetOf(name, configMap(name)))
  const files = Object.assign(
    { 'c/kustomization.yaml': 'resources: [gone.yaml]\n' },
    bad('a1'),
    bad('a2'),
    ...good,
  )
  const cwd = makeTargets(files, { '.kustomize/example.com/v1/loud/Loud': plugin })
  const { stdout } = await build(cwd)
  expect(stdout.split('\n').map(row => row.split(/ +/).slice(0, 2).join(' '))).toEqual([
    'a1 failed',
    'a2 failed',
    'b1 created',
    'b2 created',
    'b3 created',
    'b4 created',
    'c failed',
  ])
})

it.each([
  ['a word too long for a path', `configMapGenerator: [{ name: a, literals: ["abc.${'x'.repeat(400)}"] }]\n`],
  ['a transformer that is not there', 'transformers: ["gone/../../x.yaml"]\n'],
])('takes no failure for a bug: %s', async (_what, kustomization) => {
  const cwd = makeTargets({ 'a/kustomization.yaml': kustomization, ...targetOf('b', configMap('b')) })
  const { exitCode, stdout, stderr } = await build(cwd)
  expect(exitCode).toBe(1)
  expect(stdout).toMatch(/^a {2}failed.*\nb {2}created/)
  expect(stderr).not.toContain('bug')
})

it('takes a link that leads to itself for no bug', async () => {
  const cwd = makeTargets({ 'a/kustomization.yaml': 'resources: [loop]\n', ...targetOf('b', configMap('b')) })
  symlinkSync('loop', path.join(targetFolder(cwd, 'a'), 'loop'))
  const { stdout, stderr } = await build(cwd)
  expect(stdout).toMatch(/^a {2}failed.*\nb {2}created/)
  expect(stderr).not.toContain('bug')
})

it('says that something cannot be fetched without making a missing file of it', async () => {
  const cwd = makeTargets({ 'a/kustomization.yaml': 'resources: ["https://nowhere.invalid/x.yaml"]\n' })
  const { stderr } = await build(cwd)
  expect(stderr).toContain('kustomization.yaml: kustomize stopped here')
})

it('finishes the work when nobody reads what it prints', async () => {
  const names = Array.from({ length: 12 }, (_, index) => `t${index + 10}`)
  const cwd = makeTargets(Object.assign({}, ...names.map(name => targetOf(name, configMap(name)))))
  const bin = path.resolve(import.meta.dirname, '../../../bin/lo.js')
  const command = `set -o pipefail; '${process.execPath}' '${bin}' build example.com 2>&1 | true`
  const env = { PATH: `${inject('renderers').kustomize}:/usr/bin:/bin`, HOME: cwd }
  const { exitCode } = await execa('bash', ['-c', command], { cwd, env, extendEnv: false })
  expect(exitCode).toBe(0)
  expect(Object.keys(readArtifacts(cwd))).toHaveLength(2 * names.length)
})
