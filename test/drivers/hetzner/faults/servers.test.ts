import { expect, it } from 'vitest'
import type { Reached, Unreachable } from '../../../../src/drivers/hetzner/machine.js'
import type { Script, ScriptName } from '../../../../src/drivers/hetzner/scripts/script.js'
import { controlPlane, workers } from '../clusters.js'
import type { Prod } from '../prod.js'
import { namesOf, provisionWith, single, standing, textOf, usual } from './runs.js'

const not = (why: Unreachable): Reached => ({ outcome: 'unreachable', why, detail: `ssh: ${why}` })
const says = (stdout: string): Reached => ({ outcome: 'ended', status: 0, stdout, detail: '' })
const fails = (detail: string, status = 1): Reached => ({ outcome: 'ended', status, stdout: '', detail })

/** For every script of this name, or for all, so often. */
const answer =
  (reached: Reached, name?: ScriptName, times = Number.POSITIVE_INFINITY) =>
  ({ machines }: Prod) => {
    let left = times
    machines.before = (_machine: string, script: Script) => {
      if ((name !== undefined && script.name !== name) || left <= 0) return undefined
      left -= 1
      return reached
    }
  }

it.each<[fault: number, what: string, arrange: (all: Prod) => void]>([
  [37, 'connections are closed at first', answer(not('closed'), undefined, 5)],
  [
    37,
    'a connection is closed in the middle of each step',
    ({ machines }) => {
      const seen = new Set<string>()
      machines.after = (machine, { name }) => {
        const key = `${machine} ${name}`
        if (seen.has(key)) return undefined
        seen.add(key)
        return not('closed')
      }
    },
  ],
  [38, 'the key is let in only after a minute', answer(not('denied'), 'wait-for-boot', 12)],
  [41, 'cloud-init has something to complain of', answer(says('degraded\nsome warning'), 'wait-for-boot')],
])('fault %d: %s', async (_fault, _what, arrange) => {
  const { all, outcome, error } = await provisionWith(arrange)
  expect(textOf(error).trim()).toBe('')
  expect(outcome).toBe('created')
  expect(all.machines.cluster.beginnings).toBe(1)
})

it.each<[fault: number, what: string, arrange: (all: Prod) => void, parts: string[]]>([
  [36, 'a server never boots', answer(not('refused')), ['prod-cp-1', 'it refuses connections', 'console']],
  [
    38,
    'the key is never let in',
    answer(not('denied')),
    ['does not let this key in', 'HCLOUD_TOKEN_PREVIOUS'],
  ],
  [
    39,
    'the server proves to be somebody else',
    answer(not('other key')),
    ['host key is another one', 'Nothing was sent'],
  ],
  [
    41,
    'cloud-init fails',
    answer(says('failed\nE: no such module'), 'wait-for-boot'),
    ['cloud-init has failed', 'E: no such module', 'Delete this server'],
  ],
  [
    41,
    'cloud-init does not end',
    answer(says('late\nstill at it'), 'wait-for-boot'),
    ['not done after 300 seconds', 'still at it'],
  ],
  [
    43,
    'the release is not what it says',
    answer(fails('SHA-256 is 0123, not 4567', 4), 'install-k3s'),
    ['install-k3s has failed', 'SHA-256 is 0123'],
  ],
  [
    44,
    'k3s does not come up',
    answer(says('late\nlevel=fatal msg="no such device"'), 'wait-for-k3s'),
    ['k3s on prod-cp-1 is not ready', 'no such device'],
  ],
  [
    45,
    'the disk is full',
    answer(says('late\nno space left on device'), 'wait-for-k3s'),
    ['no space left on device'],
  ],
])('fault %d: %s', async (_fault, _what, arrange, parts) => {
  const { all, error } = await provisionWith(arrange)
  expect(error?.code).toBe('PROVISION_FAILED')
  for (const part of parts) expect(textOf(error)).toContain(part)
  // Once the reason is gone the next run goes on.
  all.machines.before = () => undefined
  expect((await provisionWith(() => {}, { all })).outcome).toBe('configured')
})

it('fault 36: a server that does not boot is started once more', async () => {
  const { all, outcome } = await provisionWith(all => {
    all.machines.before = () =>
      all.writes().some(route => route.endsWith('/reset')) ? undefined : not('refused')
    const { before } = all.machines
    let isReset = false
    all.machines.before = (machine, script) => {
      isReset ||= all.simulator.calls.some(({ route }) => route.endsWith('/actions/reset'))
      return isReset ? undefined : before(machine, script)
    }
  })
  expect(outcome).toBe('created')
  expect(all.simulator.calls.filter(({ route }) => route.endsWith('/actions/reset'))).toHaveLength(1)
})

it('fault 38: a key that is not let in is no reason to wait for 20 minutes', async () => {
  const all = await standing()
  const start = all.world.now()
  const { error } = await provisionWith(answer(not('denied')), { all })
  expect(error).toBeDefined()
  expect(all.world.now() - start).toBeLessThan(120_000)
})

it('fault 39: nothing is sent to a server with another host key, nor is it asked twice', async () => {
  const all = await standing()
  all.machines.inside('prod-cp-1').hostKey = `ssh-ed25519 ${'A'.repeat(68)}`
  all.machines.sent.length = 0
  const { error } = await provisionWith(() => {}, { all })
  expect(textOf(error)).toContain('host key is another one')
  expect(all.machines.sent).toEqual([])
  expect(all.machines.ran).toHaveLength(1)
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
  expect(hostKeysOf(server!)).toEqual([all.machines.inside('prod-cp-1').hostKey])
})

it('fault 42: installs no packages, so that no lock can be in the way', async () => {
  const all = await standing()
  expect(all.simulator.server('prod-cp-1')!.userData).toContain('package_update: false')
  expect(all.machines.sent.map(({ text }) => text).join('\n')).not.toMatch(/\bapt(-get)?\b/)
})

it('fault 43: a download that fails once is tried again by the next run, and nothing is installed twice', async () => {
  const { all, error } = await provisionWith(answer(fails('curl: (22) 503', 22), 'install-k3s', 1), {
    config: usual,
  })
  expect(textOf(error)).toContain('curl: (22) 503')
  expect((await provisionWith(() => {}, { all, config: usual })).outcome).toBe('configured')
  expect(all.machines.cluster.nodes.size).toBe(5)
})

it('fault 46: with a token of the API that is new, nodes join by the token that the cluster has', async () => {
  const all = await standing()
  const joins = all.machines.inside('prod-cp-1').token
  const token = 'other'.padEnd(64, '1')
  all.simulator.settings.tokens[token] = 'read-write'
  const env = { HCLOUD_TOKEN: token, HCLOUD_TOKEN_PREVIOUS: Object.keys(all.simulator.settings.tokens)[0]! }
  const { outcome } = await provisionWith(() => {}, {
    all,
    config: { ...single, ...workers(['default', 1]) },
    options: { env },
  })
  expect(outcome).toBe('configured')
  expect(all.machines.inside('prod-default-1').token).toMatch(
    new RegExp(`^K10[0-9a-f]{64}::server:${joins}$`),
  )
  expect(all.machines.inside('prod-cp-1').token).toBe(joins)
})

it('fault 47: when the first control plane is lost its successor joins one that lives', async () => {
  const all = await standing(usual)
  const [first] = await all.hcloud.servers.list({ name: 'prod-cp-1' })
  await all.hcloud.wait('it', await all.hcloud.servers.remove(first!), 60_000)
  expect((await provisionWith(() => {}, { all, config: usual })).outcome).toBe('configured')
  expect(all.machines.cluster.beginnings).toBe(1)
  expect(all.machines.inside('prod-cp-1').config).not.toContain('cluster-init')
})

it('fault 48: when two of three are lost nothing is begun anew, and it says what can be done', async () => {
  const all = await standing(usual)
  for (const name of ['prod-cp-1', 'prod-cp-2']) {
    const [server] = await all.hcloud.servers.list({ name })
    await all.hcloud.wait('it', await all.hcloud.servers.remove(server!), 60_000)
  }
  const { error } = await provisionWith(() => {}, { all, config: usual })
  expect(error?.message).toContain('lost its quorum')
  expect(error?.hint).toContain('--cluster-reset` on prod-cp-3')
  expect(all.machines.cluster.beginnings).toBe(1)
  expect(all.machines.inside('prod-cp-1').data).toBe('none')
})

it('fault 48: when all are lost nothing is begun anew either', async () => {
  const all = await standing(usual)
  for (const server of await all.hcloud.servers.list({ selector: 'lok8s.dev/role=control-plane' })) {
    await all.hcloud.wait('it', await all.hcloud.servers.remove(server), 60_000)
  }
  const { error } = await provisionWith(() => {}, { all, config: usual })
  expect(error?.message).toContain('are lost')
  expect(all.machines.cluster.beginnings).toBe(1)
})

it('fault 49: while the load balancer leads nowhere workers join at a control plane, and so does the kubeconfig', async () => {
  const { all, outcome } = await provisionWith(
    ({ simulator }) => {
      simulator.settings.isListening = () => false
    },
    { config: usual },
  )
  expect(outcome).toBe('created')
  const [first] = await all.hcloud.servers.list({ name: 'prod-cp-1' })
  expect(all.machines.inside('prod-default-1').config).toContain(first!.private_net[0]!.ip)
  expect(await all.open(usual).kubeconfig()).toContain(`https://${first!.public_net.ipv4!.ip}:6443`)
  all.simulator.settings.isListening = () => true
  expect((await provisionWith(() => {}, { all, config: usual })).outcome).toBe('configured')
  const [balancer] = await all.hcloud.loadBalancers.list()
  expect(all.machines.inside('prod-default-1').config).toContain(balancer!.private_net[0]!.ip)
})

it('fault 52: a firewall that does not let this machine in is named, and no server is started again for it', async () => {
  const firewall = { ssh: ['203.0.113.0/24'] }
  const { all, error } = await provisionWith(answer(not('silent')), { config: { ...single, firewall } })
  expect(textOf(error)).toContain('Only 203.0.113.0/24 may use SSH')
  expect(textOf(error)).toContain('spec.provider.config.firewall.ssh')
  expect(all.writes().filter(route => route.endsWith('/reset'))).toEqual([])
})

it('fault 56: a worker that somebody has deleted comes back under its name', async () => {
  const config = { ...controlPlane(1), ...workers(['default', 2]) }
  const all = await standing(config)
  const [server] = await all.hcloud.servers.list({ name: 'prod-default-1' })
  await all.hcloud.wait('it', await all.hcloud.servers.remove(server!), 60_000)
  expect((await provisionWith(() => {}, { all, config })).outcome).toBe('configured')
  expect(namesOf(all, 'servers')).toContain('prod-default-1')
  expect(all.machines.ran.map(({ script }) => script)).toContain('remove-node')
})
