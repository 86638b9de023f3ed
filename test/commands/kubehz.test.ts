import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { type Expected, fakePlatform } from '../helpers/kubehz.js'
import { lo, loJson } from '../helpers/lo.js'
import { makeFolder } from '../helpers/project.js'
import { bashDriver, domain, makeTiny } from '../helpers/tiny-driver.js'

const PATH = '/usr/bin:/bin'
const token = 'secret-token'
const key = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGXu3nQyF6rCk3d5qIYDPIGqHqGJ8c6l9zq5qRXnE0Ym'
const fingerprint = 'MD5:62:e4:1a:4e:52:c8:22:43:d6:98:b6:71:e7:59:89:82'
const registering = { method: 'POST', url: '/api/clusters/register', body: { domain, fingerprint } }
const driver = bashDriver({ public_key: `echo '${key}'` })

async function prepare(expected: Expected[], access = 'registered', files = driver) {
  const apiUrl = await fakePlatform(expected)
  const cwd = makeTiny(files, `  kubehz: { access: ${access}, apiUrl: "${apiUrl}/" }\n`)
  return { cwd, apiUrl }
}

it('registers, and prints the fingerprint where people and jobs look', async () => {
  const { cwd } = await prepare([{ ...registering, answer: { status: 201, body: { id: 'abc' } } }])
  const folder = makeFolder()
  const [summary, output] = [path.join(folder, 'summary.md'), path.join(folder, 'output')]
  writeFileSync(output, 'before=1\n')
  const env = { PATH, KUBEHZ_TOKEN: token, GITHUB_STEP_SUMMARY: summary, GITHUB_OUTPUT: output }
  expect(await lo(['kubehz', 'register', domain], { cwd, env })).toEqual({
    exitCode: 0,
    stdout: `${domain} registered (pending)\n  fingerprint: ${fingerprint}`,
    stderr: '',
  })
  expect(readFileSync(summary, 'utf8')).toContain(`\`\`\`text\n   ${fingerprint}\n   \`\`\`\n`)
  const [before, head, value, end, rest] = readFileSync(output, 'utf8').split('\n')
  expect([before, value, head, rest]).toEqual(['before=1', fingerprint, `fingerprint<<${end}`, ''])
  expect(end).toMatch(/^end-[0-9a-f-]{36}$/)
})

it('answers programs', async () => {
  const { cwd } = await prepare([{ ...registering, answer: { status: 201, body: { id: 'abc' } } }], 'managed')
  const { document } = await loJson(['kubehz', 'register', domain], { cwd, env: { PATH } })
  expect(document).toEqual({ ok: true, domain, id: 'abc', fingerprint, state: 'pending', warnings: [] })
})

it('warns when the fingerprint cannot be written, and has registered all the same', async () => {
  const { cwd } = await prepare([{ ...registering, answer: { status: 201, body: { id: 'abc' } } }])
  const env = { PATH, GITHUB_STEP_SUMMARY: cwd }
  const { exitCode, stderr } = await lo(['kubehz', 'register', domain], { cwd, env })
  expect(exitCode).toBe(0)
  expect(stderr).toContain('warning: the fingerprint cannot be written to GITHUB_STEP_SUMMARY')
})

it('fails when the platform does not take it', async () => {
  const { cwd } = await prepare([{ ...registering, answer: { status: 503 } }])
  const { exitCode, stderr } = await lo(['kubehz', 'register', domain], { cwd, env: { PATH } })
  expect(exitCode).toBe(1)
  expect(stderr).toContain('answered 503')
})

it('deregisters with the token, which it does not show', async () => {
  const authorization = `Bearer ${token}`
  const url = `/api/clusters?domain=${domain}`
  const { cwd } = await prepare([{ method: 'DELETE', url, authorization, answer: { status: 204 } }])
  const env = { PATH, KUBEHZ_TOKEN: token }
  expect(await lo(['kubehz', 'deregister', domain, '-v'], { cwd, env })).toEqual({
    exitCode: 0,
    stdout: `${domain} deregistered`,
    stderr: expect.not.stringContaining(token),
  })
})

it('shows the fingerprint without asking anybody', async () => {
  const { cwd, apiUrl } = await prepare([])
  const { document } = await loJson(['kubehz', 'status', domain], { cwd, env: { PATH } })
  expect(document).toEqual({ ok: true, domain, access: 'registered', apiUrl, fingerprint, warnings: [] })
  expect((await lo(['kubehz', 'status', domain], { cwd, env: { PATH } })).stdout).toBe(
    `${domain} access registered, ${apiUrl}\n  fingerprint: ${fingerprint}`,
  )
})

it('says of a cluster that is not to be seen that it is not registered', async () => {
  const { cwd } = await prepare([], 'none')
  expect(await lo(['kubehz', 'status', domain], { cwd, env: { PATH } })).toMatchObject({
    exitCode: 0,
    stdout: `${domain} not registered (spec.kubehz.access is none)`,
  })
  for (const command of ['register', 'deregister']) {
    const { exitCode, stderr } = await lo(['kubehz', command, domain], { cwd, env: { PATH } })
    expect(exitCode).toBe(2)
    expect(stderr).toContain('Set spec.kubehz.access to registered or managed')
  }
})

it('refuses a platform without https, and one that is to host the cluster, before the driver is called', async () => {
  const provision = 'touch "$PATH_BASE/there"; return 100'
  for (const [kubehz, message] of [
    ['{ access: registered, apiUrl: "http://api.example.org" }', 'https://'],
    ['{ access: registered }', 'apiUrl'],
    ['{ hosting: hosted, apiUrl: "https://api.example.org" }', 'spec.kubehz.hosting'],
  ] as const) {
    const cwd = makeTiny(bashDriver({ provision }), `  kubehz: ${kubehz}\n`)
    const { exitCode, stderr } = await lo(['provision', domain], { cwd, env: { PATH } })
    expect(exitCode).toBe(2)
    expect(stderr).toContain(message)
    expect((await lo(['destroy', domain], { cwd, env: { PATH } })).stdout).not.toContain('Removed')
  }
})

it('takes the cluster off when it is destroyed, and a failure keeps nothing from going', async () => {
  const authorization = `Bearer ${token}`
  const url = `/api/clusters?domain=${domain}`
  const removing = { method: 'DELETE', url, authorization }
  const env = { PATH, KUBEHZ_TOKEN: token }
  for (const [status, warned] of [
    [204, 0],
    [500, 1],
  ] as const) {
    const files = { ...driver, there: '' }
    const { cwd } = await prepare([{ ...removing, answer: { status } }], 'registered', files)
    const { exitCode, document } = await loJson(['destroy', domain, '--yes'], { cwd, env })
    expect(exitCode).toBe(0)
    expect(document.warnings).toHaveLength(warned)
    expect((await lo(['destroy', domain], { cwd, env })).stdout).toBe('There is nothing to remove.')
  }
})
