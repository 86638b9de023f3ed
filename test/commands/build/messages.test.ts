import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, inject, it } from 'vitest'
import { lo, loJson } from '../../helpers/lo.js'
import {
  artifactFolder,
  configMap,
  domainFolder,
  makeTargets,
  readArtifacts,
  targetFolder,
  targetOf,
  writeTargets,
} from '../../helpers/targets.js'

/** Targets `db` with one resource, `networking` with two, `web` that fails. */
const threeTargets = {
  ...targetOf('web', 'kind: [\n'),
  ...targetOf('db', configMap('db')),
  ...targetOf('networking', configMap('a'), configMap('b')),
}
const twoTargets = { ...targetOf('web', configMap('web')), ...targetOf('db', configMap('db')) }
const withoutTimes = (text: string) => text.replace(/\d+(\.\d)?m?s$/gm, '<time>').split('\n')

it('prints a row for each target on stdout, and the story on stderr', async () => {
  const cwd = makeTargets(threeTargets)
  const { exitCode, stdout, stderr } = await lo(['build', 'example.com'], { cwd })
  expect(exitCode).toBe(1)
  expect(withoutTimes(stdout)).toEqual([
    'db          created     1 resource     <time>',
    'networking  created     2 resources    <time>',
    'web         failed                     <time>',
  ])
  expect(stderr.split('\n')).toEqual([
    'example.com: 3 targets, rendered by kustomize',
    'error: kustomize cannot render target "web".',
    'clusters/example.com/targets/web/resources.yaml: kustomize stopped at this file',
    expect.stringMatching(/^ {2}accumulating resources: .*MalformedYAMLError/),
    'error: 1 of 3 targets of example.com failed: web.',
    '  Nothing of the failed targets was written; their artifacts are as they were.',
  ])
})

it('tells created, configured and unchanged apart', async () => {
  const cwd = makeTargets(twoTargets)
  await lo(['build', 'example.com', 'db'], { cwd })
  writeTargets(cwd, { ...targetOf('web', configMap('web')), ...targetOf('api', configMap('api')) })
  await lo(['build', 'example.com', 'web'], { cwd })
  writeTargets(cwd, targetOf('web', configMap('web2')))
  const { stdout } = await lo(['build', 'example.com'], { cwd })
  expect(withoutTimes(stdout)).toEqual([
    'api  created     1 resource     <time>',
    'db   unchanged   1 resource     <time>',
    'web  configured  1 resource     <time>',
  ])
})

it('names the renderer that it used', async () => {
  const cwd = makeTargets(targetOf('web', configMap('web')))
  const { stderr } = await lo(['build', 'example.com'], { cwd, renderer: 'kubectl' })
  expect(stderr).toBe('example.com: 1 target, rendered by kubectl')
})

it('reports success as one JSON document', async () => {
  const cwd = makeTargets(targetOf('web', configMap('${LOK8S_USER_X}')))
  const { exitCode, stderr, document } = await loJson(['build', 'example.com', '--split'], { cwd })
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
  expect(document).toEqual({
    ok: true,
    domain: 'example.com',
    layout: 'split',
    renderer: 'kustomize',
    targets: [
      {
        target: 'web',
        outcome: 'created',
        resources: 1,
        milliseconds: expect.any(Number),
        artifact: 'clusters/example.com/artifacts/web',
      },
    ],
    warnings: [
      {
        file: 'clusters/example.com/targets/web',
        message: '${LOK8S_USER_X} is left as it is',
        hint: 'the variable is not set, and lo deploy will refuse it',
      },
    ],
  })
})

it('reports failure as one JSON document', async () => {
  const cwd = makeTargets(threeTargets)
  const { exitCode, stderr, document } = await loJson(['build', 'example.com'], { cwd })
  expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: '' })
  expect(document).toMatchObject({
    ok: false,
    domain: 'example.com',
    layout: 'single',
    renderer: 'kustomize',
    targets: [
      { target: 'db', outcome: 'created', resources: 1 },
      { target: 'networking', outcome: 'created', resources: 2 },
      {
        target: 'web',
        outcome: 'failed',
        resources: 0,
        artifact: 'clusters/example.com/artifacts/web',
        error: {
          code: 'RENDER_FAILED',
          message: 'kustomize cannot render target "web".',
          detail: expect.stringContaining('MalformedYAMLError'),
          problems: [
            {
              file: 'clusters/example.com/targets/web/resources.yaml',
              message: 'kustomize stopped at this file',
            },
          ],
        },
      },
    ],
    warnings: [],
    error: {
      code: 'BUILD_FAILED',
      message: '1 of 3 targets of example.com failed: web.',
      detail: 'Nothing of the failed targets was written; their artifacts are as they were.',
    },
  })
})

it('reports a request that makes no sense as one JSON document', async () => {
  const cwd = makeTargets(twoTargets)
  const { exitCode, stderr, document } = await loJson(['build', 'example.com', 'nope'], { cwd })
  expect({ exitCode, stderr }).toEqual({ exitCode: 2, stderr: '' })
  expect(document).toMatchObject({ ok: false, error: { code: 'TARGET_MISSING' } })
})

it('keeps the story to itself with --quiet, but not the result, warnings and errors', async () => {
  const cwd = makeTargets({ ...threeTargets, ...targetOf('db', configMap('${LOK8S_USER_X}')) })
  const { exitCode, stdout, stderr } = await lo(['build', 'example.com', '--quiet'], { cwd })
  expect(exitCode).toBe(1)
  expect(stdout).toContain('web         failed')
  expect(stderr).not.toContain('rendered by')
  expect(stderr).toContain('warning: clusters/example.com/targets/db: ${LOK8S_USER_X} is left as it is')
  expect(stderr).toContain('error: kustomize cannot render target "web".')
})

it('shows the command lines with --verbose alone', async () => {
  const cwd = makeTargets(twoTargets)
  const verbose = await lo(['build', 'example.com', 'web', '-v'], { cwd })
  const kustomize = path.join(inject('renderers').kustomize, 'kustomize')
  expect(verbose.stderr.split('\n')).toContain(
    `$ ${kustomize} build --enable-alpha-plugins ${targetFolder(cwd)}`,
  )
  expect((await lo(['build', 'example.com'], { cwd })).stderr).not.toContain('$ ')
})

it('passes on what the renderer warns of', async () => {
  const cwd = makeTargets({
    'web/kustomization.yaml': 'resources: [a.yaml]\ncommonLabels: { a: b }\n',
    'web/a.yaml': configMap('a'),
  })
  const { exitCode, stderr } = await lo(['build', 'example.com'], { cwd })
  expect(exitCode).toBe(0)
  expect(stderr).toMatch(/^warning: clusters\/example\.com\/targets\/web: .*'commonLabels' is deprecated/m)
})

it('warns of an artifact without target after a build of all, and leaves it', async () => {
  const cwd = makeTargets(twoTargets)
  await lo(['build', 'example.com'], { cwd })
  const before = readArtifacts(cwd)
  rmSync(targetFolder(cwd, 'db'), { recursive: true })
  mkdirSync(path.join(artifactFolder(cwd), '../.git'))
  const all = await lo(['build', 'example.com'], { cwd })
  expect(all.exitCode).toBe(0)
  expect(all.stderr.split('\n')).toEqual([
    'example.com: 1 target, rendered by kustomize',
    'warning: clusters/example.com/artifacts/db: this artifact has no target any more, and is not deployed; remove it, unless something else uses it',
  ])
  expect(readArtifacts(cwd)).toEqual(before)
})

it('does not warn of the artifacts of targets that were not named', async () => {
  const cwd = makeTargets(twoTargets)
  await lo(['build', 'example.com'], { cwd })
  const { stderr } = await lo(['build', 'example.com', 'web'], { cwd })
  expect(stderr).toBe('example.com: 1 target, rendered by kustomize')
})

it('warns of a domain whose targets/ is empty, writes nothing, and succeeds', async () => {
  const cwd = makeTargets({ 'README.md': '' })
  const { exitCode, stdout, stderr } = await lo(['build', 'example.com'], { cwd })
  expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: '' })
  expect(stderr).toMatch(/^warning: clusters\/example\.com\/targets: /)
  expect(() => readArtifacts(cwd)).toThrow('ENOENT')
})

it('refuses a domain without targets/', async () => {
  const cwd = makeTargets({})
  const { exitCode, stderr } = await lo(['build', 'example.com'], { cwd })
  expect(exitCode).toBe(2)
  expect(stderr).toContain('error: clusters/example.com has no folder targets/.')
})

it('warns of a link in targets/ that leads nowhere, and builds the rest', async () => {
  const cwd = makeTargets(twoTargets)
  symlinkSync('nowhere', targetFolder(cwd, 'lost'))
  const { exitCode, stdout, stderr } = await lo(['build', 'example.com'], { cwd })
  expect(exitCode).toBe(0)
  expect(stdout.split('\n')).toHaveLength(2)
  expect(stderr).toMatch(/^warning: clusters\/example\.com\/targets\/lost: .*leads nowhere/m)
})

it('takes a first name that is no domain for a target of the active domain, and says so', async () => {
  const cwd = makeTargets(threeTargets, { 'clusters/.active': 'example.com\n' })
  const { exitCode, stdout, stderr } = await lo(['build', 'networking', 'db'], { cwd })
  expect(exitCode).toBe(0)
  expect(withoutTimes(stdout)).toEqual([
    'db          created     1 resource     <time>',
    'networking  created     2 resources    <time>',
  ])
  expect(stderr.split('\n')[0]).toContain('networking is a target of example.com')
})

it.each([
  ['twice', ['web', 'db', 'web', 'db']],
  ['in another order', ['web', 'db']],
])('builds targets that are named %s once, in the order of the alphabet', async (_what, names) => {
  const cwd = makeTargets({ ...twoTargets, ...targetOf('other', configMap('other')) })
  const { exitCode, stdout } = await lo(['build', 'example.com', ...names], { cwd })
  expect(exitCode).toBe(0)
  expect(withoutTimes(stdout)).toEqual([
    'db   created     1 resource     <time>',
    'web  created     1 resource     <time>',
  ])
})

it('checks the names of all targets before it renders the first', async () => {
  const cwd = makeTargets(threeTargets)
  const { exitCode, stdout, stderr } = await lo(['build', 'example.com', 'db', 'netwrking', 'nope'], { cwd })
  expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' })
  expect(stderr.split('\n')).toEqual([
    'error: example.com has no target "netwrking", "nope".',
    'clusters/example.com/targets/netwrking: there is no such folder; did you mean "networking"?',
    expect.stringMatching(/^clusters\/example\.com\/targets\/nope: there is no such folder/),
  ])
  expect(() => readArtifacts(cwd)).toThrow('ENOENT')
})

it('says what is no option', async () => {
  const cwd = makeTargets(twoTargets)
  const { exitCode, stderr } = await lo(['build', '--spilt'], { cwd })
  expect(exitCode).toBe(2)
  expect(stderr).toContain('--split')
})

it('names files as the reader of the messages finds them', async () => {
  const cwd = makeTargets(threeTargets)
  writeFileSync(path.join(cwd, domainFolder, 'targets/.keep'), '')
  const { stderr } = await lo(['build', 'example.com'], { cwd: path.join(cwd, domainFolder) })
  expect(stderr).toContain('\ntargets/web/resources.yaml: kustomize stopped at this file')
})
