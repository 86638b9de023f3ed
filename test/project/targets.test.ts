import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { findDomain } from '../../src/project/domain.js'
import { listTargets, selectTargets } from '../../src/project/targets.js'
import { recordEvents } from '../helpers/events.js'
import { clusterSpec } from '../helpers/project.js'
import { errorOf, projectOf } from '../helpers/specs.js'

/** The domain example.com with these folders in targets/. */
function makeDomain(...folders: string[]) {
  const project = projectOf({ 'clusters/example.com/cluster.lok8s.yaml': clusterSpec('example.com') })
  const domain = findDomain(project, 'example.com')
  const targets = path.join(domain.folder, 'targets')
  for (const folder of folders) mkdirSync(path.join(targets, folder), { recursive: true })
  const { output, events } = recordEvents()
  return { root: project.root, domain, targets, events, list: () => listTargets(domain, output) }
}

it('lists targets in byte order', () => {
  const { list, events } = makeDomain('web', 'Web', 'a-b', 'a.b', 'a_b', 'a10', 'a9', 'ab')
  expect(list()).toEqual(['Web', 'a-b', 'a.b', 'a10', 'a9', 'a_b', 'ab', 'web'])
  expect(events).toEqual([])
})

it('skips hidden folders and files, whatever they are called', () => {
  const { list, targets, events } = makeDomain('web', '.hidden')
  writeFileSync(path.join(targets, 'README.md'), '')
  writeFileSync(path.join(targets, 'a file'), '')
  symlinkSync('nowhere', path.join(targets, '.link'))
  expect(list()).toEqual(['web'])
  expect(events).toEqual([])
})

it('follows a link to a folder, and skips one to a file', () => {
  const { list, targets, root, events } = makeDomain('web')
  mkdirSync(path.join(root, 'base'))
  symlinkSync('../../../base', path.join(targets, 'shared'))
  symlinkSync('web', path.join(targets, 'again'))
  symlinkSync('../cluster.lok8s.yaml', path.join(targets, 'spec'))
  expect(list()).toEqual(['again', 'shared', 'web'])
  expect(events).toEqual([])
})

it('warns of a link that leads nowhere', () => {
  const { list, targets, events } = makeDomain('web')
  symlinkSync('gone', path.join(targets, 'old'))
  symlinkSync('loop', path.join(targets, 'loop'))
  expect(list()).toEqual(['web'])
  expect(events).toEqual(
    expect.arrayContaining([
      {
        type: 'warning',
        message: 'skipped: the link leads nowhere',
        file: 'clusters/example.com/targets/old',
      },
      {
        type: 'warning',
        message: 'skipped: the link leads nowhere',
        file: 'clusters/example.com/targets/loop',
      },
    ]),
  )
  expect(events).toHaveLength(2)
})

it.each([
  ['a blank', 'a b', '"a b"'],
  ['a leading dash', '-rf', '"-rf"'],
  ['an escape sequence', 'a\u001b[2J', '"a\\u001b[2J"'],
  ['a look-alike', 'w\u0435b', '"w\\u{435}b"'],
  ['two dots', 'a..b', '"a..b"'],
])('refuses a folder with %s in its name', (_what, folder, shown) => {
  const { list } = makeDomain('web', folder)
  expect(errorOf(list)).toMatchObject({
    code: 'NAME_INVALID',
    message: `${shown} (a folder in clusters/example.com/targets) is no target name.`,
  })
})

it('says what to make when there is no folder targets/', () => {
  expect(errorOf(makeDomain().list)).toMatchObject({
    code: 'TARGET_MISSING',
    exitCode: 2,
    message: 'clusters/example.com has no folder targets/.',
    hint: 'Make clusters/example.com/targets/<target>/kustomization.yaml.',
  })
})

it('says the same when targets is a file', () => {
  const { list, targets } = makeDomain()
  writeFileSync(targets, '')
  expect(errorOf(list).message).toBe('clusters/example.com has no folder targets/.')
})

it('warns of a folder targets/ without a target', () => {
  const { list, events } = makeDomain('.hidden')
  expect(list()).toEqual([])
  expect(events).toEqual([
    { type: 'warning', message: 'there is no target in it', file: 'clusters/example.com/targets' },
  ])
})

const all = ['networking', 'web', 'worker']

it('selects all targets when none is named', () => {
  expect(selectTargets(makeDomain().domain, [], all)).toEqual(all)
})

it('selects each named target once, in byte order', () => {
  const { domain } = makeDomain()
  expect(selectTargets(domain, ['worker', 'web', 'worker'], all)).toEqual(['web', 'worker'])
})

it('refuses unknown targets, each with what was meant', () => {
  const { domain } = makeDomain()
  expect(errorOf(() => selectTargets(domain, ['wep', 'web', 'zzzzzz'], all))).toMatchObject({
    code: 'TARGET_MISSING',
    exitCode: 2,
    message: 'example.com has no target "wep", "zzzzzz".',
    problems: [
      {
        file: 'clusters/example.com/targets/wep',
        message: 'there is no such folder; did you mean "web"?',
      },
      {
        file: 'clusters/example.com/targets/zzzzzz',
        message: expect.stringMatching(/^there is no such folder; .*: networking, web, worker$/),
      },
    ],
  })
})

it.each(['../web', '/web', 'web/', '.', '', 'web\0', '-f'])('refuses the target %j by its name', name => {
  const { domain } = makeDomain()
  expect(errorOf(() => selectTargets(domain, ['nope', name], all)).code).toBe('NAME_INVALID')
})
