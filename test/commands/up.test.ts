import { chmodSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer, type Server } from 'node:net'
import path from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { isGone } from '../drivers/rehearsal/processes.js'
import { apiOf, itOnCluster, planCluster, clusterTimeout as timeout } from '../helpers/cluster.js'
import { lo, loJson } from '../helpers/lo.js'
import { configMapTarget, writeFiles } from '../helpers/project.js'
import { bashDriver, domain, makeTiny } from '../helpers/tiny-driver.js'

/** Stands in for Tilt: takes the command lines that are expected, and leaves behind how it was started. */
const tilt = `#!${process.execPath}
const { createServer } = require('node:net')
const { writeFileSync } = require('node:fs')
const { KUBECONFIG, DOMAIN_NAME, TILT_PORT, PATH_BASE } = process.env
const line = process.argv.slice(2).join(' ')
const facts = { line, pid: process.pid, KUBECONFIG, DOMAIN_NAME, TILT_PORT }
writeFileSync(PATH_BASE + '/tilt.json', JSON.stringify(facts))
if (line === 'up --stream --port ' + TILT_PORT) {
  createServer().listen(Number(TILT_PORT), '127.0.0.1')
} else if (line === 'ci --port ' + TILT_PORT + ' --timeout 20m') {
  console.log('web is ready')
} else if (line === 'ci --port ' + TILT_PORT) {
  console.error('web is broken')
  process.exit(3)
} else {
  console.error('unexpected: ' + line)
  process.exit(64)
}
`
const provision = 'touch "$PATH_BASE/there"; return 100'

function prepare({ functions = { provision } as Record<string, string>, more = '' } = {}) {
  const cwd = makeTiny({ ...bashDriver(functions), Tiltfile: '', 'bin/tilt': tilt }, more)
  const env = { PATH: `${cwd}/bin:/usr/bin:/bin`, XDG_CACHE_HOME: path.join(cwd, 'cache') }
  onTestFinished(async () => {
    await lo(['down', domain, '--yes'], { cwd, env })
  })
  return { cwd, env, seen: () => JSON.parse(readFileSync(path.join(cwd, 'tilt.json'), 'utf8')) }
}

async function listen(): Promise<{ server: Server; port: number }> {
  const server = createServer()
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return { server, port: (server.address() as AddressInfo).port }
}

async function freePort(): Promise<number> {
  const { server, port } = await listen()
  await new Promise(resolve => server.close(resolve))
  return port
}

it('provisions, starts Tilt once, and takes both away again', async () => {
  const port = await freePort()
  const { cwd, env, seen } = prepare({ more: `  tilt: { port: ${port} }\n` })
  expect(await lo(['up', domain], { cwd, env })).toMatchObject({
    exitCode: 0,
    stdout: `Cluster:    test (Tiny, complete)\nTilt:       http://localhost:${port} (started)`,
  })
  const { pid, ...facts } = seen()
  expect(facts).toEqual({
    line: `up --stream --port ${port}`,
    KUBECONFIG: path.join(cwd, '.kubeconfig/test.yaml'),
    DOMAIN_NAME: domain,
    TILT_PORT: String(port),
  })
  const { document } = await loJson(['up', domain], { cwd, env })
  expect(document.tilt).toMatchObject({ state: 'running', url: `http://localhost:${port}` })
  expect(seen().pid).toBe(pid)

  const down = await loJson(['down', domain, '--yes'], { cwd, env })
  expect(down.document).toMatchObject({ ok: true, removed: ['the cluster test (Tiny)'], tilt: 'stopped' })
  expect(isGone({ pid, born: '' })).toBe(true)
  expect(existsSync(path.join(cwd, 'there'))).toBe(false)
  const again = await loJson(['down', domain], { cwd, env })
  expect(again.document).toMatchObject({ ok: true, removed: [], tilt: 'absent' })
})

it('never starts Tilt when the cluster could not be provisioned', async () => {
  const { cwd, env } = prepare({ functions: { provision: 'false' } })
  expect((await lo(['up', domain], { cwd, env })).exitCode).toBe(1)
  expect(existsSync(path.join(cwd, 'tilt.json'))).toBe(false)
})

it('looks for Tilt before it makes anything', async () => {
  const { cwd, env } = prepare()
  const { exitCode, stderr } = await lo(['up', domain], { cwd, env: { ...env, PATH: '/usr/bin:/bin' } })
  expect(exitCode).toBe(2)
  expect(stderr).toContain('there is no tilt on PATH')
  expect(existsSync(path.join(cwd, 'there'))).toBe(false)
})

it('runs Tilt to its end for a job, and fails when that does', async () => {
  const { cwd, env, seen } = prepare()
  const withPort = { ...env, TILT_PORT: '10999' }
  const good = await lo(['up', domain, '--ci', '--timeout', '20m'], { cwd, env: withPort })
  expect(good).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('Tilt:       all is ready') })
  expect(good.stderr).toContain('web is ready')
  expect(seen().TILT_PORT).toBe('10999')
  const bad = await lo(['up', domain, '--ci'], { cwd, env })
  expect(bad.exitCode).toBe(1)
  expect(bad.stderr).toContain('web is broken')
  expect(bad.stderr).toContain('error: tilt ci has failed with status 3.')
})

it('says why Tilt does not come up', async () => {
  const { cwd, env } = prepare()
  writeFiles(cwd, { 'bin/tilt': '#!/bin/sh\necho "no Tiltfile here" >&2\nexit 1\n' })
  const { exitCode, stderr } = await lo(['up', domain, '--quiet'], { cwd, env })
  expect(exitCode).toBe(1)
  expect(stderr).toMatch(/error: Tilt does not come up on port 1\d{4}\.\n {2}no Tiltfile here\n/)
})

it('does not take another program for Tilt', async () => {
  const { server, port } = await listen()
  onTestFinished(() => void server.close())
  const { cwd, env } = prepare()
  const { exitCode, stderr } = await lo(['up', domain], { cwd, env: { ...env, TILT_PORT: String(port) } })
  expect(exitCode).toBe(1)
  expect(stderr).toContain(`Another program listens on port ${port} already.`)
})

it('asks before it takes anything down', async () => {
  const { cwd, env, seen } = prepare({ more: `  tilt: { port: ${await freePort()} }\n` })
  await lo(['up', domain], { cwd, env })
  const { exitCode, stderr } = await lo(['down', domain], { cwd, env })
  expect(exitCode).toBe(2)
  expect(stderr).toContain('Nobody is there to ask, so nothing was removed.')
  expect(isGone({ pid: seen().pid, born: '' })).toBe(false)
})

itOnCluster(
  'builds and deploys where there is no Tiltfile, and never starts Tilt after a failed bootstrap',
  { timeout },
  async () => {
    const cluster = planCluster()
    const { root: cwd, env } = cluster
    writeFiles(cwd, configMapTarget(cluster.domain, 'web'))
    const { exitCode, document } = await loJson(['up', cluster.domain], { cwd, env })
    expect({ exitCode, error: document.error }).toEqual({ exitCode: 0, error: undefined })
    expect(document).toMatchObject({ outcome: 'created', build: {}, deploy: {} })
    const api = await apiOf(cluster)
    const configMap = await api.request('GET', '/api/v1/namespaces/default/configmaps/web')
    expect(configMap).toMatchObject({ data: { key: 'value' } })

    const specFile = path.join(cwd, 'clusters', cluster.domain, 'cluster.lok8s.yaml')
    const spec = readFileSync(specFile, 'utf8')
    writeFiles(cwd, {
      Tiltfile: '',
      '.lok8s/addons/bad/kustomization.yaml': 'resources: [all.yaml]\n',
      '.lok8s/addons/bad/all.yaml':
        'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: Bad_Name, namespace: default }\n',
    })
    writeFiles(cwd, { 'bin/tilt': tilt })
    chmodSync(path.join(cwd, 'bin/tilt'), 0o755)
    writeFileSync(specFile, `${spec}  bootstrap: [bad]\n`)
    const withTilt = { ...env, PATH: `${cwd}/bin:${process.env.PATH}` }
    const failed = await loJson(['up', cluster.domain], { cwd, env: withTilt })
    expect(failed).toMatchObject({ exitCode: 1, document: { error: { code: 'BOOTSTRAP_FAILED' } } })
    expect(existsSync(path.join(cwd, 'tilt.json'))).toBe(false)
    rmSync(path.join(cwd, 'Tiltfile'))
    const down = await loJson(['down', cluster.domain, '--yes'], { cwd, env })
    expect(down.document).toMatchObject({ ok: true, tilt: 'absent' })
    expect(existsSync(cluster.kubeconfig)).toBe(false)
  },
)
