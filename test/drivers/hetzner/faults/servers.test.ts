import { expect, it } from 'vitest'
import type { ScriptName } from '../../../../src/drivers/hetzner/scripts/script.js'
import type { ScriptFault } from '../../../../src/drivers/hetzner/simulation/script-faults.js'
import { plays } from '../../../../src/drivers/hetzner/simulation/scripts.js'
import { breakK3s } from '../../../../src/drivers/hetzner/simulation/troubles.js'
import { controlPlane, workers } from '../clusters.js'
import { k3sOn, machineOf, nodesOf } from '../inside.js'
import { type Prod, prod, removeServer } from '../prod.js'
import { namesOf, not, on, provisionWith, single, standing, textOf, usual } from './runs.js'

const says = (stdout: string): ScriptFault => ({ how: 'answer', stdout })
const fails = (detail: string, status: number): ScriptFault => ({ how: 'answer', status, detail })

it.each<[fault: number, what: string, arrange: (all: Prod) => void]>([
  [37, 'connections are closed at first', on('*', not('closed'), { times: 5 })],
  [
    37,
    'a connection is closed in the middle of each step',
    ({ machines }) => {
      for (const name of Object.keys(plays) as ScriptName[]) {
        machines.onScript(name, { how: 'hang up' }, { times: 1 })
      }
    },
  ],
  [
    38,
    'the key is let in only a minute after sshd is there',
    ({ machines, world }) =>
      machines.onScript('*', {
        how: 'unreachable',
        why: 'denied',
        while: ({ startedAt }) => world.now() < startedAt! + machines.delays.boot + 60_000,
      }),
  ],
  [41, 'cloud-init has something to complain of', on('wait-for-boot', says('degraded\nsome warning'))],
])('fault %d: %s', async (_fault, _what, arrange) => {
  const { all, outcome, error } = await provisionWith(arrange)
  expect(textOf(error).trim()).toBe('')
  expect(outcome).toBe('created')
  expect(all.machines.clusters()).toHaveLength(1)
})

/** As k3s says it. */
const behind =
  'tls: failed to verify certificate: x509: certificate has expired or is not yet valid: current time 2026-09-30T23:00:00Z is before 2026-10-01T00:00:00Z'

it.each<[fault: number, what: string, arrange: (all: Prod) => void, parts: string[]]>([
  [36, 'a server never boots', on('*', not('refused')), ['prod-cp-1', 'it refuses connections', 'console']],
  [
    38,
    'the key is never let in',
    on('*', not('denied')),
    ['does not let this key in', 'HCLOUD_TOKEN_PREVIOUS'],
  ],
  [
    39,
    'the server proves to be somebody else',
    on('*', not('other key')),
    ['host key is another one', 'Nothing was sent'],
  ],
  [
    41,
    'cloud-init fails',
    on('wait-for-boot', says('failed\nE: no such module')),
    ['cloud-init has failed', 'E: no such module', 'Delete this server'],
  ],
  [
    41,
    'cloud-init does not end',
    on('wait-for-boot', says('late\nstill at it')),
    ['not done after 300 seconds', 'still at it'],
  ],
  [
    43,
    'the release is not what it says',
    on('install-k3s', fails('SHA-256 is 0123, not 4567', 4)),
    ['install-k3s has failed', 'SHA-256 is 0123'],
  ],
  [
    44,
    'k3s does not come up',
    on('start-k3s', breakK3s('level=fatal msg="no such device"')),
    ['k3s on prod-cp-1 is not ready', 'no such device'],
  ],
  [
    45,
    'the clock of a server is behind',
    on('start-k3s', breakK3s(behind)),
    ['k3s on prod-cp-1 is not ready', behind],
  ],
  [45, 'the disk is full', on('start-k3s', breakK3s('no space left on device')), ['no space left on device']],
])('fault %d: %s', async (_fault, _what, arrange, parts) => {
  const { all, error } = await provisionWith(arrange)
  expect(error?.code).toBe('PROVISION_FAILED')
  for (const part of parts) expect(textOf(error)).toContain(part)
  // Once the reason is gone the next run goes on.
  all.machines.endFaults()
  k3sOn(all, 'prod-cp-1').defect = undefined
  expect((await provisionWith(() => {}, { all })).outcome).toBe('configured')
})

it('fault 38: a key that is not let in is no reason to wait for 20 minutes', async () => {
  const all = await standing()
  const start = all.world.now()
  const { error } = await provisionWith(on('*', not('denied')), { all })
  expect(error).toBeDefined()
  expect(all.world.now() - start).toBeLessThan(120_000)
})

it('fault 39: nothing is sent to a server with another host key, nor is it asked twice', async () => {
  const all = await standing()
  machineOf(all, 'prod-cp-1').hostKey = `ssh-ed25519 ${'A'.repeat(68)}`
  const { error } = await provisionWith(() => {}, { all })
  expect(textOf(error)).toContain('host key is another one')
  expect(all.sent()).toEqual([])
  expect(all.reached().scripts).toBe(1)
})

it('fault 40: another server at the same address is noticed, though it had the key of the first boot', async () => {
  const all = await standing({ ...single, ...workers(['default', 1]) })
  const { hostKeysOf } = (await import('../../../../src/drivers/hetzner/access.js')).planAccess(
    { token: 'x'.repeat(64), previousToken: undefined, keyFile: undefined },
    'prod',
    (await all.hcloud.servers.list())[0]!.labels['lok8s.dev/uid']!,
    undefined,
  )
  const [server] = await all.hcloud.servers.list({ name: 'prod-cp-1' })
  // As soon as a server has a key of its own, no other one is accepted.
  expect(hostKeysOf(server!)).toEqual([machineOf(all, 'prod-cp-1').hostKey])
})

it('fault 42: installs no packages, so that no lock can be in the way', async () => {
  const all = await standing()
  expect(all.simulator.server('prod-cp-1')!.userData).toContain('package_update: false')
  expect(all.machines.sent.map(({ script }) => script.text).join('\n')).not.toMatch(/\bapt(-get)?\b/)
})

it('fault 43: a download that fails once is tried again by the next run, and nothing is installed twice', async () => {
  const { all, error } = await provisionWith(on('install-k3s', fails('curl: (22) 503', 22), { times: 1 }), {
    config: usual,
  })
  expect(textOf(error)).toContain('curl: (22) 503')
  expect((await provisionWith(() => {}, { all, config: usual })).outcome).toBe('configured')
  expect(nodesOf(all)).toHaveLength(5)
})

it('fault 46: with a token of the API that is new, nodes join by the token that the cluster has', async () => {
  const all = await standing()
  const { token: joins } = k3sOn(all, 'prod-cp-1')
  const token = 'other'.padEnd(64, '1')
  all.simulator.settings.tokens[token] = 'read-write'
  const env = { HCLOUD_TOKEN: token, HCLOUD_TOKEN_PREVIOUS: Object.keys(all.simulator.settings.tokens)[0]! }
  const { outcome } = await provisionWith(() => {}, {
    all,
    config: { ...single, ...workers(['default', 1]) },
    options: { env },
  })
  expect(outcome).toBe('configured')
  expect(k3sOn(all, 'prod-default-1').token).toMatch(new RegExp(`^K10[0-9a-f]{64}::server:${joins}$`))
  expect(k3sOn(all, 'prod-cp-1').token).toBe(joins)
})

it('fault 47: when the first control plane is lost its successor joins one that lives', async () => {
  const all = await standing(usual)
  await removeServer(all, 'prod-cp-1')
  expect((await provisionWith(() => {}, { all, config: usual })).outcome).toBe('configured')
  expect(all.machines.clusters()).toHaveLength(1)
  expect(k3sOn(all, 'prod-cp-1').config).not.toHaveProperty('cluster-init')
})

it('fault 48: when two of three are lost nothing is begun anew, and it says what can be done', async () => {
  const all = await standing(usual)
  for (const name of ['prod-cp-1', 'prod-cp-2']) await removeServer(all, name)
  const { error } = await provisionWith(() => {}, { all, config: usual })
  expect(error?.message).toContain('lost its quorum')
  expect(error?.hint).toContain('--cluster-reset` on prod-cp-3')
  expect(all.machines.clusters()).toHaveLength(1)
  expect(k3sOn(all, 'prod-cp-1').etcd).toBeUndefined()
})

it('fault 48: when all are lost nothing is begun anew either', async () => {
  const all = await standing(usual)
  for (const name of ['prod-cp-1', 'prod-cp-2', 'prod-cp-3']) await removeServer(all, name)
  const { error } = await provisionWith(() => {}, { all, config: usual })
  expect(error?.message).toContain('are lost')
  expect(all.machines.clusters()).toHaveLength(1)
})

it('fault 49: while the load balancer leads nowhere workers join at a control plane, and so does the kubeconfig', async () => {
  const all = await prod()
  const { isListening } = all.simulator.settings
  all.simulator.settings.isListening = () => false
  const { outcome } = await provisionWith(() => {}, { all, config: usual })
  expect(outcome).toBe('created')
  const [first] = await all.hcloud.servers.list({ name: 'prod-cp-1' })
  expect(k3sOn(all, 'prod-default-1').config.server).toContain(first!.private_net[0]!.ip)
  expect(await all.open(usual).kubeconfig()).toContain(`https://${first!.public_net.ipv4!.ip}:6443`)
  all.simulator.settings.isListening = isListening
  expect((await provisionWith(() => {}, { all, config: usual })).outcome).toBe('configured')
  const [balancer] = await all.hcloud.loadBalancers.list()
  expect(k3sOn(all, 'prod-default-1').config.server).toContain(balancer!.private_net[0]!.ip)
})

it('fault 52: a firewall that does not let this machine in is named, and no server is started again for it', async () => {
  // Scripts come from 203.0.113.10.
  const firewall = { ssh: ['198.51.100.0/24'] }
  const { all, error } = await provisionWith(() => {}, { config: { ...single, firewall } })
  expect(textOf(error)).toContain('Only 198.51.100.0/24 may use SSH')
  expect(textOf(error)).toContain('spec.provider.config.firewall.ssh')
  expect(all.writes().filter(route => route.endsWith('/reset'))).toEqual([])
})

it('fault 56: a worker that somebody has deleted comes back under its name', async () => {
  const config = { ...controlPlane(1), ...workers(['default', 2]) }
  const all = await standing(config)
  await removeServer(all, 'prod-default-1')
  expect((await provisionWith(() => {}, { all, config })).outcome).toBe('configured')
  expect(namesOf(all, 'servers')).toContain('prod-default-1')
  expect(all.sent().map(({ script }) => script.name)).toContain('remove-node')
})
