import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { execa } from 'execa'
import { expect, it, onTestFinished, vi } from 'vitest'
import { lo, startLo } from '../../helpers/lo.js'
import {
  artifactFolder,
  configMap,
  makeTargets,
  readArtifact,
  readArtifacts,
  targetFolder,
  targetOf,
  writeTargets,
} from '../../helpers/targets.js'

const generator = { 'b/kustomization.yaml': 'generators: [x.yaml]\n' }
const plugin = { ...generator, 'b/x.yaml': 'apiVersion: x.dev/v1\nkind: Hang\nmetadata: { name: x }\n' }
/** Says who it and the renderer are, and hangs. */
const hang = '#!/bin/sh\necho "$$ $PPID" >"$PIDS"\nexec /bin/sleep 600\n'
/** An ignored signal stays ignored through `exec`. */
const stubborn = hang.replace('\n', "\ntrap '' TERM INT HUP\n")

/** A project with an old artifact of each target, in which the plugin of `b` hangs from now on. */
async function makeHanging(script: string): Promise<string> {
  const names = ['a', 'b', 'c']
  const cwd = makeTargets(Object.assign({}, ...names.map(name => targetOf(name, configMap(name)))), {
    '.kustomize/x.dev/v1/hang/Hang': script,
  })
  await lo(['build', 'example.com'], { cwd })
  writeTargets(cwd, { ...plugin, ...targetOf('a', configMap('a2')), ...targetOf('c', configMap('c2')) })
  return cwd
}

/** Starts a build and waits until its plugin hangs. */
async function startHanging(cwd: string, args: string[] = [], env: Record<string, string> = {}) {
  const pids = path.join(cwd, 'pids')
  const build = startLo(['build', 'example.com', ...args], { cwd, env: { PIDS: pids, ...env } })
  const [child, renderer] = await vi.waitFor(
    () => {
      const text = readFileSync(pids, 'utf8')
      expect(text).toMatch(/^\d+ \d+\n$/)
      return text.split(' ').map(Number) as [number, number]
    },
    { timeout: 20_000 },
  )
  onTestFinished(() => void execa('kill', ['-KILL', String(child), String(renderer)], { reject: false }))
  return { build, child, renderer }
}

/** Nothing when it is gone, `Z` when nobody has asked for its exit code. */
async function stateOf(pid: number): Promise<string> {
  const { stdout } = await execa('ps', ['-o', 'stat=', '-p', String(pid)], { reject: false })
  return stdout.slice(0, 1)
}
const gone = expect.stringMatching(/^Z?$/)
const patience = { timeout: 10_000 }

it.each([
  'SIGINT',
  'SIGTERM',
  'SIGHUP',
] as const)('ends on %s with what is built and what not, and without a trace of the rest', async signal => {
  const cwd = await makeHanging(hang)
  const { build, child, renderer } = await startHanging(cwd)
  for (const name of ['a', 'c']) {
    const isBuilt = () => expect(readArtifact(cwd, name)['artifacts.yaml']).toBe(configMap(`${name}2`))
    await vi.waitFor(isBuilt, patience)
  }
  process.kill(build.pid!, signal)
  const { exitCode, stdout, stderr } = await build
  expect(exitCode).toBe(130)
  expect(stdout.replace(/ +\d+.*$/gm, '').split('\n')).toEqual([
    'a  configured',
    'b  skipped',
    'c  configured',
  ])
  expect(stderr.split('\n')).toEqual([
    'example.com: 3 targets, rendered by kustomize',
    'error: Interrupted: 2 of 3 targets are built.',
    '  Not built, their artifacts are as they were: b',
    'next: Run the same command again to build the rest.',
  ])
  expect(readArtifact(cwd, 'b')['artifacts.yaml']).toBe(configMap('b'))
  expect(Object.keys(readArtifacts(cwd)).filter(file => file.startsWith('.'))).toEqual([])
  await expect.poll(() => stateOf(child), patience).toEqual(gone)
  await expect.poll(() => stateOf(renderer), patience).toEqual(gone)
})

it('does not begin what is still waiting', async () => {
  const cwd = await makeHanging(hang)
  writeTargets(cwd, {
    'a/kustomization.yaml': 'generators: [x.yaml]\n',
    'a/x.yaml': plugin['b/x.yaml'],
    'c/kustomization.yaml': 'generators: [x.yaml]\n',
    'c/x.yaml': plugin['b/x.yaml'],
    'd/kustomization.yaml': 'resources: []\n',
    ...Object.assign(
      {},
      ...Array.from({ length: 100 }, (_, n) => ({
        [`e${n}/kustomization.yaml`]: 'generators: [../b/x.yaml]\n',
      })),
    ),
  })
  const { build } = await startHanging(cwd)
  process.kill(build.pid!, 'SIGINT')
  const { exitCode, stdout, stderr } = await build
  expect(exitCode).toBe(130)
  expect(stdout.split('\n')).toHaveLength(104)
  expect(stderr).toContain('targets are built.')
  expect(existsSync(artifactFolder(cwd, 'e99'))).toBe(false)
})

it('reports an interrupt as one JSON document', async () => {
  const cwd = await makeHanging(hang)
  const { build } = await startHanging(cwd, ['--json', 'b'])
  process.kill(build.pid!, 'SIGINT')
  const { exitCode, stdout, stderr } = await build
  expect({ exitCode, stderr }).toEqual({ exitCode: 130, stderr: '' })
  expect(JSON.parse(stdout)).toMatchObject({
    ok: false,
    targets: [{ target: 'b', outcome: 'skipped' }],
    error: { code: 'INTERRUPTED', message: 'Interrupted: 0 of 1 targets are built.' },
  })
})

/** A renderer that notes that it was asked to end, and goes on. */
const stubbornRenderer = `#!/bin/sh
trap ': >"$PIDS.asked"' TERM
echo "$$ $PPID" >"$PIDS"
while :; do /bin/sleep 1; done
`

it('ends a renderer that does not listen after a grace', async () => {
  const cwd = makeTargets(targetOf('b', configMap('b')), { 'bin/kustomize': stubbornRenderer })
  const { build, child } = await startHanging(cwd, [], { PATH: path.join(cwd, 'bin') })
  process.kill(build.pid!, 'SIGINT')
  const { exitCode, stderr } = await build
  expect(exitCode).toBe(130)
  expect(stderr).toContain('Interrupted: 0 of 1 targets are built.')
  expect(existsSync(path.join(cwd, 'pids.asked'))).toBe(true)
  await expect.poll(() => stateOf(child), patience).toEqual(gone)
})

it('exits at once on the second signal, and takes with it what does not listen', async () => {
  const cwd = makeTargets(targetOf('b', configMap('b')), { 'bin/kustomize': stubbornRenderer })
  const { build, child } = await startHanging(cwd, [], { PATH: path.join(cwd, 'bin') })
  process.kill(build.pid!, 'SIGINT')
  await vi.waitFor(() => expect(existsSync(path.join(cwd, 'pids.asked'))).toBe(true), patience)
  process.kill(build.pid!, 'SIGINT')
  const { exitCode, stderr } = await build
  expect(exitCode).toBe(130)
  expect(stderr).toBe('example.com: 1 target, rendered by kustomize')
  await expect.poll(() => stateOf(child), patience).toEqual(gone)
})

// kustomize ends at once and does not wait for the plugin, of which system/ knows nothing then.
it('leaves no plugin behind that does not listen', async () => {
  const cwd = await makeHanging(stubborn)
  const { build, child } = await startHanging(cwd, ['b'])
  process.kill(build.pid!, 'SIGINT')
  expect(await build).toMatchObject({ exitCode: 130 })
  await expect.poll(() => stateOf(child), { timeout: 1000 }).toEqual(gone)
})

it('leaves no function behind that does not listen', async () => {
  const cwd = await makeHanging(hang)
  const annotation = `config.kubernetes.io/function: "exec: { path: ${targetFolder(cwd, 'hang.sh')} }"`
  writeTargets(cwd, {
    'hang.sh': stubborn,
    'b/x.yaml': `apiVersion: x.dev/v1\nkind: X\nmetadata: { name: x, annotations: { ${annotation.replace(/"(.*)"/, "'$1'")} } }\n`,
  })
  const { build, child } = await startHanging(cwd, ['b', '--enable-exec'])
  process.kill(build.pid!, 'SIGINT')
  expect(await build).toMatchObject({ exitCode: 130 })
  await expect.poll(() => stateOf(child), patience).toEqual(gone)
})

it('is killed while it renders: the artifacts are whole, and the next build finishes', async () => {
  const cwd = await makeHanging(hang)
  const { build } = await startHanging(cwd, ['b'])
  const before = readArtifacts(cwd)
  process.kill(build.pid!, 'SIGKILL')
  expect(await build).toMatchObject({ signal: 'SIGKILL' })
  expect(readArtifacts(cwd)).toEqual(before)
  writeTargets(cwd, targetOf('b', configMap('b2')))
  expect(await lo(['build', 'example.com', '--split'], { cwd })).toMatchObject({ exitCode: 0 })
  expect(Object.keys(readArtifacts(cwd))).toEqual(
    [
      'a/ConfigMap.a2',
      'a/kustomization',
      'b/ConfigMap.b2',
      'b/kustomization',
      'c/ConfigMap.c2',
      'c/kustomization',
    ].map(name => `${name}.yaml`),
  )
})
