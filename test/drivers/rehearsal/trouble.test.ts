import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { execa } from 'execa'
import { expect, it, onTestFinished } from 'vitest'
import { lo, startLo } from '../../helpers/lo.js'
import { clusterSpec, makeProject, writeFiles } from '../../helpers/project.js'
import { commandsThatName, isGone, placeOfCluster, until } from './processes.js'

/** A project whose control plane are these scripts. */
function makeRehearsal(programs: Record<string, string>) {
  const root = makeProject({ 'clusters/example.com/cluster.lok8s.yaml': clusterSpec('example.com') })
  const all = {
    etcd: '',
    'kube-apiserver': '',
    'kube-controller-manager': '',
    'kube-scheduler': '',
    ...programs,
  }
  const files = Object.entries(all).map(([name, script]) => [`assets/${name}`, `#!/bin/sh\n${script}`])
  writeFiles(root, Object.fromEntries(files))
  const env = { XDG_CACHE_HOME: path.join(root, 'cache'), KUBEBUILDER_ASSETS: path.join(root, 'assets') }
  return { root, env, domain: 'example.com', run: (...args: string[]) => lo(args, { cwd: root, env }) }
}

it('says at once what a program has said last when it ends, and can be destroyed then', async () => {
  const lines = 'i=1; while [ $i -le 20 ]; do echo "line $i" >&2; i=$((i+1)); done; exit 1'
  const { run, root, env, domain } = makeRehearsal({ etcd: lines })
  const { exitCode, stderr } = await run('provision', 'example.com')
  expect(exitCode).toBe(1)
  expect(stderr).toContain('error: etcd has ended right after its start.')
  expect(stderr).toContain('line 20')
  expect(stderr.match(/^ +line \d+$/gm)).toHaveLength(15)
  expect(stderr).toContain('etcd.log')

  const place = placeOfCluster({ root, domain, env })
  expect((await run('destroy', 'example.com', '--yes')).exitCode).toBe(0)
  expect(existsSync(place.folder)).toBe(false)
  expect(commandsThatName(place.folder)).toEqual([])
  expect(await run('destroy', 'example.com', '--yes')).toEqual({
    exitCode: 0,
    stdout: 'There is nothing to remove.',
    stderr: '',
  })
})

it('never ends a process that only has the pid of one of ours', async () => {
  const { run, root, env, domain } = makeRehearsal({})
  const foreign = execa('sleep', ['600'])
  foreign.catch(() => {})
  onTestFinished(() => void foreign.kill('SIGKILL'))
  const place = placeOfCluster({ root, domain, env })
  mkdirSync(place.processes, { recursive: true })
  writeFileSync(
    path.join(place.processes, 'etcd'),
    `${foreign.pid}\nan earlier boot\n${foreign.pid} (etcd) S ${'1 '.repeat(40)}\n`,
  )
  writeFileSync(path.join(place.processes, 'kubelet'), `${foreign.pid}\nThu Jan 1 00:00:00 1970\n`)

  expect((await run('destroy', 'example.com', '--yes')).exitCode).toBe(0)
  expect(isGone({ pid: foreign.pid!, born: '' })).toBe(false)
  expect(existsSync(place.folder)).toBe(false)
})

it('ends a process that does not want to end, but not while another lo is at work', async () => {
  const { run, root, env, domain } = makeRehearsal({ etcd: 'trap "" TERM; while :; do /bin/sleep 1; done' })
  const place = placeOfCluster({ root, domain, env })
  const provision = startLo(['provision', domain], { cwd: root, env })
  await until(() => existsSync(path.join(place.processes, 'etcd')))

  const busy = await run('destroy', domain, '--yes')
  expect(busy.exitCode).toBe(1)
  expect(busy.stderr).toContain(`Another lo (process ${provision.pid}) is at work on example.com.`)

  provision.kill('SIGINT')
  expect((await provision).exitCode).toBe(130)
  expect((await run('destroy', domain, '--yes')).exitCode).toBe(0)
  expect(commandsThatName(place.folder)).toEqual([])
})
