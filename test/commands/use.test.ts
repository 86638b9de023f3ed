import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { lo, loJson } from '../helpers/lo.js'
import { clusterSpec, makeProject } from '../helpers/project.js'

const deploySpec = `apiVersion: cluster.lok8s.dev/v1beta1
kind: Deploy
metadata: { name: api }
spec: { clusterRef: { domain: example.com } }
`

function makeDomains(more: Record<string, string> = {}): string {
  return makeProject({
    'clusters/example.com/cluster.lok8s.yaml': clusterSpec('example.com'),
    'clusters/api.example.com/deploy.lok8s.yaml': deploySpec,
    'clusters/.hidden/cluster.lok8s.yaml': clusterSpec('.hidden'),
    'clusters/no-spec/README.md': '',
    ...more,
  })
}

const activeOf = (root: string) => readFileSync(path.join(root, 'clusters/.active'), 'utf8')

it('sets the active domain and says so', async () => {
  const cwd = makeDomains()
  expect(await lo(['use', 'example.com'], { cwd })).toEqual({
    exitCode: 0,
    stdout: 'Active domain: example.com',
    stderr: '',
  })
  expect(activeOf(cwd)).toBe('example.com\n')
})

it('takes the domain from --domain as well', async () => {
  const cwd = makeDomains()
  expect((await lo(['use', '--domain', 'api.example.com'], { cwd })).exitCode).toBe(0)
  expect(activeOf(cwd)).toBe('api.example.com\n')
})

it('lists cluster domains first, with kinds and references, and hides what is no domain', async () => {
  const cwd = makeDomains({ 'clusters/.active': 'example.com\n' })
  expect(await lo(['use'], { cwd })).toEqual({
    exitCode: 0,
    stdout: [
      'Active: example.com',
      '',
      'Available domains:',
      '  example.com (Rehearsal)',
      '  api.example.com (Deploy -> example.com)',
    ].join('\n'),
    stderr: '',
  })
})

it('lists the domains when none is active', async () => {
  const { exitCode, stdout } = await lo(['use'], { cwd: makeDomains() })
  expect(exitCode).toBe(0)
  expect(stdout).toMatch(/^No active domain set\.\n\nAvailable domains:\n {2}example\.com/)
})

it('shows a domain whose spec cannot be read with a question mark', async () => {
  const cwd = makeDomains({
    'clusters/broken/cluster.lok8s.yaml': 'a: [',
    'clusters/list/deploy.lok8s.yaml': '- a',
  })
  const { stdout } = await lo(['use'], { cwd })
  expect(stdout).toContain('  broken (?)\n')
  expect(stdout).toContain('  list (Deploy -> ?)')
})

it.each([
  ['an unknown name', 'exmaple.com', 'next: did you mean "example.com"?'],
  ['a folder without a spec', 'no-spec', 'is no domain: it has no cluster.lok8s.yaml or deploy.lok8s.yaml'],
  ['a way out', '../evil', '"../evil" is no domain name'],
  ['an absolute path', '/etc', '"/etc" is no domain name'],
  ['a trailing blank', 'example.com ', '"example.com " is no domain name'],
  ['a look-alike letter', 'ex\u0430mple.com', '"ex\\u{430}mple.com" is no domain name'],
  ['a control character', 'a\u0007b', 'is no domain name'],
  ['nothing', '', '"" is no domain name'],
])('refuses %s and leaves the active domain alone', async (_what, name, message) => {
  const cwd = makeDomains({ 'clusters/.active': 'example.com\n' })
  const { exitCode, stdout, stderr } = await lo(['use', '--', name], { cwd })
  expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' })
  expect(stderr).toContain(message)
  expect(activeOf(cwd)).toBe('example.com\n')
})

it.each([
  ['empty', ''],
  ['a blank inside', 'exam ple.com\n'],
  ['a carriage return', 'example.com\r\n'],
  ['a slash', '../example.com\n'],
  ['binary', '\u0000\u0001'],
])('warns of an active domain that is junk (%s) and goes on', async (_what, junk) => {
  const cwd = makeDomains({ 'clusters/.active': junk })
  const { exitCode, stdout, stderr } = await lo(['use'], { cwd })
  expect(exitCode).toBe(0)
  expect(stdout).toMatch(/^No active domain set\./)
  expect(stderr).toMatch(/^warning: clusters\/\.active: /)
  expect(stderr).toContain('lo use <domain>')
})

it('warns of an active domain that is gone', async () => {
  const cwd = makeDomains({ 'clusters/.active': 'gone.example.com\n' })
  const { exitCode, stderr } = await lo(['use'], { cwd })
  expect(exitCode).toBe(0)
  expect(stderr).toContain('there is no domain "gone.example.com" any more')
})

it('says the same as one JSON document', async () => {
  const cwd = makeDomains({ 'clusters/.active': 'example.com\n' })
  const { document } = await loJson(['use'], { cwd })
  expect(document).toEqual({
    ok: true,
    active: 'example.com',
    domains: [
      { name: 'example.com', type: 'cluster', kind: 'Rehearsal' },
      { name: 'api.example.com', type: 'deployment', kind: 'Deploy', clusterRef: 'example.com' },
    ],
    warnings: [],
  })
})

it('fails as one JSON document', async () => {
  const cwd = makeDomains()
  const { exitCode, document, stderr } = await loJson(['use', 'nope'], { cwd })
  expect({ exitCode, stderr }).toEqual({ exitCode: 2, stderr: '' })
  expect(document).toMatchObject({
    ok: false,
    error: { code: 'DOMAIN_MISSING', message: expect.stringContaining('"nope"') },
  })
})

it('finds the project above the working folder, in --dir and in $PATH_BASE', async () => {
  const cwd = makeDomains()
  const inside = path.join(cwd, 'clusters', 'example.com')
  writeFileSync(path.join(cwd, 'clusters/.active'), 'example.com\n')
  const elsewhere = makeProject({})
  const found = await Promise.all([
    lo(['use'], { cwd: inside }),
    lo(['use', '-C', cwd], { cwd: elsewhere }),
    lo(['use'], { cwd: elsewhere, env: { PATH_BASE: cwd } }),
  ])
  expect(found.map(({ stdout }) => stdout.split('\n')[0])).toEqual(Array(3).fill('Active: example.com'))
})

it('writes nothing outside the project', async () => {
  const elsewhere = makeDomains()
  const cwd = makeProject({})
  rmSync(path.join(cwd, 'clusters'), { recursive: true })
  symlinkSync(path.join(elsewhere, 'clusters'), path.join(cwd, 'clusters'))
  const { exitCode, stderr } = await lo(['use', 'example.com'], { cwd })
  expect(exitCode).toBe(2)
  expect(stderr).toContain('leads out of the project')
  expect(existsSync(path.join(elsewhere, 'clusters/.active'))).toBe(false)
})

it('says why the active domain cannot be written', async () => {
  const cwd = makeDomains()
  mkdirSync(path.join(cwd, 'clusters/.active'))
  const { exitCode, stderr } = await lo(['use', 'example.com'], { cwd })
  expect(exitCode).toBe(1)
  expect(stderr).toContain('error: The active domain cannot be written: ')
})
