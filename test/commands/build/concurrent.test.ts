import { renameSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { lo } from '../../helpers/lo.js'
import { writeFiles } from '../../helpers/project.js'
import {
  artifactFolder,
  configMap,
  domainFolder,
  makeTargets,
  readArtifacts,
  targetOf,
  writeTargets,
} from '../../helpers/targets.js'

const foreign = { 'README.md': 'mine', 'notes/deep.yaml': 'mine' }
const targets = (value: string) =>
  targetOf('web', ...Array.from({ length: 12 }, (_, n) => configMap(`n${n}`, `data: { key: ${value} }\n`)))
const build = (cwd: string, flag: string) => lo(['build', 'example.com', flag], { cwd })

/** What each layout looks like when nobody disturbs it. */
async function buildAlone(value: string, flag: string) {
  const cwd = makeTargets(targets(value))
  writeFiles(artifactFolder(cwd), foreign)
  await build(cwd, flag)
  return readArtifacts(cwd)
}

const five = ['one', 'two', 'one', 'two', 'one']

it.each([
  ['single', ['--no-split', '--no-split', '--no-split'], five],
  ['split', ['--split', '--split', '--split'], five],
  ['mixed', ['--split', '--no-split', '--split'], [...five, ...five]],
])('builds side by side (%s) all succeed, and leave exactly one whole artifact', async (_what, flags, rounds) => {
  const wholes = [...new Set(flags)].flatMap(flag => ['one', 'two'].map(value => buildAlone(value, flag)))
  const whole = await Promise.all(wholes)
  const cwd = makeTargets(targets('zero'))
  writeFiles(artifactFolder(cwd), foreign)
  for (const round of rounds) {
    writeTargets(cwd, targets(round))
    const runs = await Promise.all(flags.map(flag => build(cwd, flag)))
    expect(runs.map(({ exitCode, stderr }) => ({ exitCode, stderr }))).toEqual(
      flags.map(() => ({ exitCode: 0, stderr: 'example.com: 1 target, rendered by kustomize' })),
    )
    const end = readArtifacts(cwd)
    expect(whole).toContainEqual(end)
    expect(JSON.stringify(end)).toContain(`key: ${round}`)
  }
})

it('builds side by side that find what a dead one left recover it once', async () => {
  const [wanted, cwd] = [await buildAlone('new', '--split'), makeTargets(targets('old'))]
  const artifacts = path.join(cwd, domainFolder, 'artifacts')
  for (const round of ['1', '2', '3']) {
    writeTargets(cwd, targets('old'))
    writeFiles(artifactFolder(cwd), foreign)
    await build(cwd, '--no-split')
    writeFiles(artifacts, { '.lo-999999999-web-AbC123/new/half.yaml': round })
    renameSync(artifactFolder(cwd), path.join(artifacts, '.lo-999999999-web-AbC123', 'old'))
    writeTargets(cwd, targets('new'))
    const runs = await Promise.all(Array.from({ length: 4 }, () => build(cwd, '--split')))
    expect(runs.map(({ exitCode }) => exitCode)).toEqual([0, 0, 0, 0])
    expect(readArtifacts(cwd)).toEqual(wanted)
  }
})

it('a build of other targets does not disturb', async () => {
  const cwd = makeTargets({ ...targets('one'), ...targetOf('other', configMap('a')) })
  const runs = await Promise.all([
    lo(['build', 'example.com', 'web'], { cwd }),
    lo(['build', 'example.com', 'other'], { cwd }),
    lo(['build', 'example.com'], { cwd }),
  ])
  expect(runs.map(({ exitCode }) => exitCode)).toEqual([0, 0, 0])
  expect(Object.keys(readArtifacts(cwd))).toEqual(
    ['other', 'web'].flatMap(target => [`${target}/artifacts.yaml`, `${target}/kustomization.yaml`]),
  )
})
