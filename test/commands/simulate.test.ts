import { expect, it } from 'vitest'
import { usualMachineDelays } from '../../src/drivers/hetzner/simulation/machines.js'
import { simulateProvision } from '../../src/drivers/simulate.js'
import { LoError } from '../../src/errors.js'
import { usualDelays } from '../../src/hcloud/simulator/world.js'
import { controlPlane, workers } from '../drivers/hetzner/clusters.js'
import { realContext } from '../helpers/context.js'
import { lo, loJson } from '../helpers/lo.js'
import { clusterSpec, hetznerSpec, makeProject, readTree } from '../helpers/project.js'

const domain = 'prod.test'
const specFile = `clusters/${domain}/cluster.lok8s.yaml`
const spec = (config: Record<string, unknown> = {}) =>
  hetznerSpec(domain, { ...controlPlane(3), ...workers(['default', 2]), ...config })
const project = (config?: Record<string, unknown>) => makeProject({ [specFile]: spec(config) })
const token = 'R'.repeat(64)

it('shows what a spec makes, what it costs and how long it takes, without a token', async () => {
  const cwd = project()
  const before = readTree(cwd)
  const { exitCode, stdout, stderr } = await lo(['provision', '--simulate', domain], { cwd })
  expect(exitCode).toBe(0)
  expect(stderr).toContain('create  server prod-cp-3 (cx33, fsn1)\n')
  expect(stderr).toMatch(/^afterwards: \d+\.\d\d EUR per month net/m)
  expect(stderr).toMatch(/^simulated: .*prod-default-2.* {2}\d+\.\ds$/m)
  expect(stdout).toMatch(/^Cluster: {4}prod \(Hetzner, simulated, created\)\nState: {6}running\n/)
  expect(stdout).toMatch(
    /^Would take: \d min \d+ s of virtual time, \d+ API calls, \d+ scripts on servers; /m,
  )
  expect(stdout).toMatch(/\nNothing of this exists: it was simulated, .*$/)
  expect(readTree(cwd)).toEqual(before)
})

it('touches neither the network nor any program, and takes no real token', async () => {
  const cwd = project()
  const never = () => {
    throw new Error('this is the real world')
  }
  const { ctx, events } = await realContext({
    cwd,
    env: { HOME: cwd, HCLOUD_TOKEN: token, HCLOUD_ENDPOINT: 'http://127.0.0.1:1' },
    fetch: never,
    run: never,
    openShell: never,
    startBackground: never,
  })
  const report = await simulateProvision(domain, {}, ctx)
  expect(report).toMatchObject({ outcome: 'created', status: { state: 'running', missing: [] } })
  expect(JSON.stringify({ report, events })).not.toContain(token)
})

/** Milliseconds of what nothing can be done about: servers are made at once, control planes join one after the other. */
const criticalPath = () => {
  const { create_server, attach_to_network, start_server } = usualDelays
  const { boot, cloudInit, download, firstControlPlane, controlPlane: next } = usualMachineDelays
  const server = create_server + attach_to_network + start_server + boot + cloudInit + download
  return server + firstControlPlane + 2 * next
}

it.each([
  { many: 3, ratio: 1.1, calls: 60 },
  { many: 97, ratio: 1.25, calls: 500 },
])('takes at most $ratio times what cannot be shorter for 3+$many nodes, in less than $calls calls, none of them too many', async ({
  many,
  ratio,
  calls,
}) => {
  const { ctx } = await realContext({ cwd: project(workers(['default', many])), env: {} })
  const { effort, status } = await simulateProvision(domain, {}, ctx)
  expect(status.facts!.filter(fact => fact.endsWith(' in fsn1, running'))).toHaveLength(3 + many)
  expect(effort.milliseconds / criticalPath()).toBeLessThan(ratio)
  expect(effort.calls).toBeLessThan(calls)
  expect(effort.tooMany).toBe(0)
})

it('answers programs', async () => {
  const { exitCode, document } = await loJson(['provision', '--simulate', domain], { cwd: project() })
  expect(exitCode).toBe(0)
  expect(document).toMatchObject({
    ok: true,
    simulated: true,
    domain,
    cluster: 'prod',
    outcome: 'created',
    milliseconds: expect.any(Number),
    plan: expect.arrayContaining([{ action: 'create', what: 'network prod' }]),
    remarks: expect.arrayContaining([
      expect.stringContaining('EUR'),
      expect.stringContaining('SSH to everybody'),
    ]),
  })
})

it('plans without a token', async () => {
  const cwd = project()
  const { exitCode, stdout, stderr } = await lo(['provision', '--simulate', '--plan', domain], { cwd })
  expect(exitCode).toBe(0)
  expect(stdout).toContain('create  load balancer prod-api (lb11)\n')
  expect(stderr).toBe('')
})

it.each([
  ['sold-out', 1, 'resource_unavailable', 'they are tried in order'],
  ['ssh-other-key', 1, 'its host key is another one', 'Nothing was sent.'],
  ['k3s-fails', 1, 'failed to find memory cgroup', 'run `lo provision` again'],
])('shows what becomes of it when there is %s', async (trouble, code, said, next) => {
  const { exitCode, stdout, stderr } = await lo(['provision', domain, '--simulate', '--trouble', trouble], {
    cwd: project(),
  })
  expect(exitCode).toBe(code)
  expect(stdout).toBe('')
  expect(stderr).toContain('error: simulated: ')
  expect(stderr).toContain(said)
  expect(stderr).toContain(next)
  expect(stderr).toContain('This was a simulation: none of it exists.')
  expect(stderr).toMatch(/ of virtual time, \d+ API calls, \d+ scripts on servers until then\.$/m)
})

it('gets over several troubles at once', async () => {
  const troubles = ['busy-creates', 'server-504', 'ssh-closed'].flatMap(name => ['--trouble', name])
  const { exitCode } = await lo(['provision', domain, '--simulate', '-q', ...troubles], { cwd: project() })
  expect(exitCode).toBe(0)
})

it('names the troubles there are', async () => {
  const args = ['provision', domain, '--simulate', '--trouble', 'rain']
  const { exitCode, stderr } = await lo(args, { cwd: project() })
  expect(exitCode).toBe(2)
  expect(stderr).toContain('error: There is no trouble of the name "rain" to simulate.\n')
  expect(stderr).toMatch(/^ {2}sold-out +there are no servers left$/m)
})

it('comes from an address that the firewall of the spec lets in', async () => {
  const cwd = project({ firewall: { ssh: ['198.51.100.0/24'] } })
  expect((await lo(['provision', domain, '--simulate', '-q'], { cwd })).exitCode).toBe(0)
})

it('removes in memory what it has made there, all of it', async () => {
  const cwd = project()
  const { exitCode, stdout } = await lo(['destroy', '--simulate', domain], { cwd })
  expect(exitCode).toBe(0)
  expect(stdout).toContain('delete  server prod-cp-1 (cx33, fsn1)\n')
  expect(stdout).toContain('\nNothing is left over.\n')
  expect(readTree(cwd)).toEqual({ [specFile]: spec() })
})

it.each([
  [['provision', domain, '--trouble', 'sold-out'], '--trouble is for --simulate.'],
  [['destroy', domain, '--trouble', 'sold-out'], '--trouble is for --simulate.'],
])('refuses %j, before anything is done', async (args, message) => {
  const { exitCode, stderr } = await lo(args, { cwd: project() })
  expect([exitCode, stderr]).toEqual([2, expect.stringContaining(message)])
})

it('says which clusters can be tried', async () => {
  const cwd = makeProject({ [specFile]: clusterSpec(domain) })
  const { ctx } = await realContext({ cwd, env: {} })
  const failure = await simulateProvision(domain, {}, ctx).catch((error: unknown) => error)
  expect(failure).toBeInstanceOf(LoError)
  expect(failure).toMatchObject({ code: 'USAGE', message: 'Clusters of kind Rehearsal cannot be simulated.' })
})
