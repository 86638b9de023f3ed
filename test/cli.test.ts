import path from 'node:path'
import { execa } from 'execa'
import { expect, it } from 'vitest'
import manifest from '../package.json' with { type: 'json' }
import { lo, loJson } from './helpers/lo.js'
import { clusterSpec, configMapTarget, makeProject, readTree } from './helpers/project.js'

const cwd = import.meta.dirname

it('prints its version', async () => {
  expect(await lo(['--version'], { cwd })).toEqual({ exitCode: 0, stdout: manifest.version, stderr: '' })
})

it.each([[[]], [['--help']], [['help']]])('explains itself on stdout for %j', async args => {
  const { exitCode, stdout, stderr } = await lo(args, { cwd })
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
  expect(stdout).toMatch(/^Usage: lo /)
  expect(stdout).toContain('Examples:')
})

it.each(['use', 'build', 'schema'])('shows examples in the help of %s', async command => {
  const { exitCode, stdout } = await lo([command, '--help'], { cwd })
  expect(exitCode).toBe(0)
  expect(stdout).toContain(`Usage: lo ${command}`)
  expect(stdout).toMatch(new RegExp(`Examples:\n {2}lo ${command}`))
})

it.each([
  [['biuld'], "Unknown command 'biuld'.", 'Did you mean build?'],
  [['build', '--spilt'], "Unknown option '--spilt'.", 'Did you mean --split?'],
  [['use', 'a', 'b'], 'Too many arguments for', 'lo --help'],
  [['schema'], "Missing required argument 'spec'.", 'lo --help'],
  [['schema', 'clusters'], 'Allowed choices are cluster, deploy.', 'lo --help'],
  [['build', '--dir'], "Option '-C, --dir <folder>' argument missing.", 'lo --help'],
  [['--quiet'], 'No command is named.', 'lo --help'],
])('refuses %j with exit code 2 and the way on', async (args, message, hint) => {
  const { exitCode, stdout, stderr } = await lo(args, { cwd })
  expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' })
  expect(stderr).toContain(message)
  expect(stderr).toContain(hint)
})

it('answers a command line that makes no sense in JSON when asked to', async () => {
  const { exitCode, document, stderr } = await loJson(['build', '--nope'], { cwd })
  expect({ exitCode, stderr }).toEqual({ exitCode: 2, stderr: '' })
  expect(document).toEqual({
    ok: false,
    warnings: [],
    error: { code: 'USAGE', message: "Unknown option '--nope'.", hint: expect.any(String) },
  })
})

it('says where it looked when there is no project', async () => {
  const folder = makeProject({})
  const nowhere = path.dirname(folder)
  const { exitCode, stderr } = await lo(['build'], { cwd: nowhere })
  expect(exitCode).toBe(2)
  expect(stderr).toContain(`Neither ${nowhere} nor a folder above it has a folder clusters/.`)
})

it('is content when nobody reads what it prints', async () => {
  const bin = path.resolve(cwd, '../bin/lo.js')
  const { exitCode, stderr } = await execa('bash', [
    '-c',
    `set -o pipefail; node '${bin}' schema cluster | true`,
  ])
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
})

it('writes only into artifacts/', async () => {
  const project = makeProject({
    'clusters/example.com/cluster.lok8s.yaml': clusterSpec('example.com'),
    ...configMapTarget('example.com', 'web'),
  })
  const before = Object.keys(readTree(project))
  expect((await lo(['build', 'example.com'], { cwd: project })).exitCode).toBe(0)
  const fresh = Object.keys(readTree(project)).filter(file => !before.includes(file))
  expect(fresh).toEqual([
    'clusters/example.com/artifacts/web/artifacts.yaml',
    'clusters/example.com/artifacts/web/kustomization.yaml',
  ])
})

it('has the whole help in its JSON document', async () => {
  const { document } = await loJson(['build', '--help'], { cwd })
  expect(document.text).toMatch(/^Usage: lo build [\s\S]*Examples:\n/)
})
