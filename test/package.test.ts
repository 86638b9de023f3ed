import { readdirSync } from 'node:fs'
import path from 'node:path'
import { execa } from 'execa'
import { expect, it } from 'vitest'
import manifest from '../package.json' with { type: 'json' }
import { makeFolder } from './helpers/project.js'

const root = path.resolve(import.meta.dirname, '..')
const quiet = ['--no-audit', '--no-fund', '--loglevel=error']

it('installs from its packed file, alone, and runs through npx', async () => {
  const folder = makeFolder()
  const { stdout } = await execa(
    'npm',
    ['pack', '--ignore-scripts', '--json', '--pack-destination', folder],
    { cwd: root },
  )
  const [{ filename, files }] = JSON.parse(stdout) as [{ filename: string; files: { path: string }[] }]
  const packed = files.map(file => file.path).sort()
  const built = readdirSync(path.join(root, 'dist'))
    .filter(name => name !== '.code')
    .map(name => `dist/${name}`)
  const addons = readdirSync(path.join(root, 'addons'), { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(entry => path.relative(root, path.join(entry.parentPath, entry.name)))
  const others = ['LICENSE', 'README.md', 'bin/keep-code.js', 'bin/lo.js', 'bin/package.json', 'package.json']
  expect(packed).toEqual([...others, ...addons, ...built].sort())

  const project = makeFolder()
  await execa('npm', ['init', '-y'], { cwd: project })
  await execa('npm', ['install', ...quiet, path.join(folder, filename)], { cwd: project })
  const installed = readdirSync(path.join(project, 'node_modules')).filter(name => !name.startsWith('.'))
  expect(installed).toEqual(['lok8s'])
  const { stdout: version } = await execa('npx', ['lo', '--version'], { cwd: project })
  expect(version).toBe(manifest.version)
})
