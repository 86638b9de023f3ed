import { cpSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { lo, startLo } from '../../helpers/lo.js'
import { makeFolder, readTree, writeFiles } from '../../helpers/project.js'
import {
  artifactFolder,
  configMap,
  domainFolder,
  makeTargets,
  readArtifact,
  readArtifacts,
  targetOf,
  writeTargets,
} from '../../helpers/targets.js'

const hook = `--import=${path.resolve('test/fixtures/at-write.js')}`
const resources = (count: number, value: string) =>
  targetOf('web', ...Array.from({ length: count }, (_, n) => configMap(`n${n}`, `data: { key: ${value} }\n`)))
const foreign = { 'README.md': 'mine', 'notes/deep.yaml': 'mine' }

interface Change {
  before: { flag: string; files: Record<string, string> }
  after: { flag: string; files: Record<string, string> }
}

/** A project whose artifact is the old one and whose targets are the new ones; foreign files stand among it. */
async function makeChange({ before, after }: Change) {
  const cwd = makeTargets(before.files)
  writeFiles(artifactFolder(cwd), foreign)
  await lo(['build', 'example.com', before.flag], { cwd })
  writeTargets(cwd, after.files)
  return { project: cwd, flag: after.flag, old: readArtifact(cwd) }
}
type Made = Awaited<ReturnType<typeof makeChange>>

function buildCopy({ project, flag }: Made) {
  const cwd = makeFolder()
  cpSync(project, cwd, { recursive: true })
  const build = (env: Record<string, string> = {}) =>
    startLo(['build', 'example.com', flag], { cwd, env: { NODE_OPTIONS: hook, ...env } })
  return { cwd, build }
}

/** At how many moments the change can be killed, and what it makes when it is not. */
async function measure(made: Made) {
  const { cwd, build } = buildCopy(made)
  const file = path.join(cwd, 'count')
  expect(await build({ COUNT: file })).toMatchObject({ exitCode: 0 })
  return { moments: Number(readFileSync(file, 'utf8')), fresh: readArtifact(cwd) }
}

/** What there is after a kill: the artifact, or in the moment without one that which was put aside. */
function readState(cwd: string) {
  const artifacts = path.join(cwd, domainFolder, 'artifacts')
  const stage = readdirSync(artifacts).find(name => name.startsWith('.lo-'))
  const isThere = readdirSync(artifacts).includes('web')
  return isThere ? readArtifact(cwd) : readTree(path.join(artifacts, stage!, 'old'))
}

const within = (files: Record<string, string>) =>
  Object.fromEntries(Object.entries(files).map(([name, text]) => [`web/${name}`, text]))

/** Every n-th moment, and always the last ones, where folders change their places. */
const pick = (moments: number, step: number) =>
  Array.from({ length: moments }, (_, index) => index + 1).filter(
    moment => moment % step === 0 || moment > moments - 8,
  )

it.each([
  [
    'one file of many changes',
    6,
    {
      before: { flag: '--split', files: resources(3, 'old') },
      after: {
        flag: '--split',
        files: {
          ...resources(3, 'old'),
          'web/resources.yaml': resources(3, 'old')['web/resources.yaml']!.replace('old', 'new'),
        },
      },
    },
  ],
  [
    'a resource goes',
    6,
    {
      before: { flag: '--split', files: resources(3, 'old') },
      after: { flag: '--split', files: resources(1, 'old') },
    },
  ],
  [
    'one file becomes many',
    6,
    {
      before: { flag: '--no-split', files: resources(2, 'old') },
      after: { flag: '--split', files: resources(2, 'new') },
    },
  ],
  [
    'fifty files change',
    29,
    {
      before: { flag: '--split', files: resources(50, 'old') },
      after: { flag: '--split', files: resources(50, 'new') },
    },
  ],
])('is killed at any write while %s: the artifact is whole, and the next build finishes', async (_what, step, change) => {
  const made = await makeChange(change)
  const { moments, fresh } = await measure(made)
  expect(moments).toBeGreaterThan(3)
  for (const moment of pick(moments, step)) {
    const { cwd, build } = buildCopy(made)
    const { signal } = await build({ AT_WRITE: String(moment) })
    expect({ moment, signal }).toEqual({ moment, signal: 'SIGKILL' })
    expect([made.old, fresh]).toContainEqual(readState(cwd))
    expect(await build()).toMatchObject({ exitCode: 0 })
    expect({ moment, end: readArtifacts(cwd) }).toEqual({ moment, end: within(fresh) })
  }
})

it('is killed while it cleans up after one that was killed: the next build finishes', async () => {
  const made = await makeChange({
    before: { flag: '--split', files: resources(3, 'old') },
    after: { flag: '--split', files: resources(2, 'new') },
  })
  const { moments, fresh } = await measure(made)
  for (const moment of [1, 2, 3, 4, 5]) {
    const { cwd, build } = buildCopy(made)
    await build({ AT_WRITE: String(moments - 3) })
    const { signal } = await build({ AT_WRITE: String(moment) })
    expect({ moment, signal }).toEqual({ moment, signal: 'SIGKILL' })
    expect(await build()).toMatchObject({ exitCode: 0 })
    expect({ moment, end: readArtifacts(cwd) }).toEqual({ moment, end: within(fresh) })
  }
})

it.each([
  ['of the other layout', '--split', '--no-split'],
  ['of the other layout, the other way round', '--no-split', '--split'],
  ['of the same layout', '--split', '--split'],
])('lets another build %s come in at any write: both succeed, and the last one stands', async (_what, flag, rival) => {
  const made = await makeChange({
    before: { flag: '--split', files: resources(2, 'old') },
    after: { flag, files: resources(2, 'new') },
  })
  const { moments, fresh } = await measure(made)
  for (const moment of pick(moments, 5)) {
    const { cwd, build } = buildCopy(made)
    const { exitCode, stderr } = await build({ AT_WRITE: String(moment), RIVAL: rival })
    expect({ moment, exitCode, stderr }).toMatchObject({ moment, exitCode: 0 })
    expect({ moment, end: readArtifacts(cwd) }).toEqual({ moment, end: within(fresh) })
  }
})

it('lets another build come in at any write while it cleans up after one that was killed', async () => {
  const made = await makeChange({
    before: { flag: '--split', files: resources(2, 'old') },
    after: { flag: '--split', files: resources(2, 'new') },
  })
  const { moments, fresh } = await measure(made)
  for (const moment of [1, 2, 3, 4]) {
    const { cwd, build } = buildCopy(made)
    await build({ AT_WRITE: String(moments - 3) })
    const { exitCode, stderr } = await build({ AT_WRITE: String(moment), RIVAL: '--split' })
    expect({ moment, exitCode, stderr }).toMatchObject({ moment, exitCode: 0 })
    expect({ moment, end: readArtifacts(cwd) }).toEqual({ moment, end: within(fresh) })
  }
})
