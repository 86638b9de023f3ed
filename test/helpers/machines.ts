import { createHash } from 'node:crypto'
import { parse } from 'yaml'
import type { Machine, Reach, Reached, ReachOptions, Unreachable } from '../../src/drivers/hetzner/machine.js'
import { keyOf, keyPairOf } from '../../src/drivers/hetzner/openssh.js'
import type { Script, ScriptName } from '../../src/drivers/hetzner/scripts/script.js'
import type { Simulation } from './hcloud.js'

interface Config {
  'cluster-init'?: boolean
  server?: string
  'node-ip': string
  'tls-san'?: string[]
  'node-label': string[]
}

/** A server from its inside. */
export interface FakeMachine {
  name: string
  /** The cluster that it is of, by its label. */
  of: string
  hostKey: string
  nextKey: string | undefined
  authorized: string[]
  /** When sshd answers. */
  upAt: number
  k3s: string | undefined
  config: string | undefined
  token: string | undefined
  data: 'server' | 'agent' | 'none'
  /** What k3s was started with last. */
  started: string | undefined
  readyAt: number
  /** The release that runs. */
  runs: string | undefined
}

export interface FakeCluster {
  /** How often somebody has begun a cluster. */
  beginnings: number
  members: Set<string>
  /** By name, the release that each node runs. */
  nodes: Map<string, string>
  labels: Map<string, Record<string, string>>
  drained: string[]
  /** By which nodes join. */
  password: string
  /** From when each member of etcd has a vote: until it has caught up it is a learner. */
  votesFrom: Map<string, number>
}

export interface Ran {
  machine: string
  script: ScriptName
  at: number
  /** What the script printed; undefined when it never got there. */
  said: string | undefined
}

export interface Machines {
  reach: Reach
  inside: (name: string) => FakeMachine
  /** The cluster prod. */
  cluster: FakeCluster
  ran: Ran[]
  /** Everything that was sent, host by host. */
  sent: { machine: string; text: string }[]
  /** Decides before a script runs; undefined lets it run. May throw, as an interrupt does. */
  before: (machine: string, script: Script) => Reached | undefined
  /** The same after it has run. */
  after: (machine: string, script: Script) => Reached | undefined
}

/** How long everything on a server takes, in milliseconds. */
export const boot = 30_000
const shortWay = 300
export const download = 5000
export const ready = { first: 30_000, server: 25_000, agent: 20_000 }

/**
 * What stands behind the servers of a simulation: each as its user data says, with sshd after half a minute, and a k3s
 * that knows of etcd only who its members are. A script that it does not know fails the test.
 */
export function simulateMachines({ simulator, world }: Pick<Simulation, 'simulator' | 'world'>): Machines {
  const machines = new Map<number, FakeMachine>()
  const clusters = new Map<string, FakeCluster>()
  const clusterOf = ({ of }: Pick<FakeMachine, 'of'>): FakeCluster => {
    const known = clusters.get(of)
    if (known) return known
    const cluster: FakeCluster = {
      beginnings: 0,
      members: new Set(),
      nodes: new Map(),
      labels: new Map(),
      drained: [],
      password: '',
      votesFrom: new Map(),
    }
    clusters.set(of, cluster)
    return cluster
  }
  // biome-ignore lint/suspicious/noExplicitAny: what the API shows, as its document has it
  const everything = () => simulator.everything() as Record<string, any[]>
  simulator.settings.onServer = (what, server) => {
    if (what === 'deleted') machines.delete(server.id)
    if (what !== 'started') return
    const known = machines.get(server.id)
    if (known) return void Object.assign(known, { upAt: world.now() + boot })
    const { ssh_keys, ssh_authorized_keys } = parse(server.userData)
    const uploaded = everything().ssh_keys!.filter(key => server.sshKeys.includes(key.name))
    machines.set(server.id, {
      name: server.name,
      of: server.labels['lok8s.dev/cluster']!,
      hostKey: keyOf(ssh_keys.ed25519_public),
      nextKey: undefined,
      authorized: [...ssh_authorized_keys, ...uploaded.map(key => key.public_key)].map(keyOf),
      upAt: world.now() + boot,
      k3s: undefined,
      config: undefined,
      token: undefined,
      data: 'none',
      started: undefined,
      readyAt: Number.POSITIVE_INFINITY,
      runs: undefined,
    })
  }

  const serverAt = (address: string) =>
    everything().servers!.find(server => server.public_net.ipv4?.ip === address)
  const isUp = (name: string) => {
    const machine = [...machines.values()].find(one => one.name === name)
    const server = everything().servers!.find(one => one.name === name)
    return machine !== undefined && server?.status === 'running' && machine.readyAt <= world.now()
  }
  const hasQuorum = ({ members, votesFrom }: FakeCluster) => {
    const voters = [...members].filter(name => votesFrom.get(name)! <= world.now())
    return voters.filter(isUp).length > voters.length / 2
  }
  const secureToken = ({ beginnings, password }: FakeCluster) =>
    `K10${createHash('sha256').update(`ca ${beginnings}`).digest('hex')}::server:${password}`

  const scripts: Record<
    ScriptName,
    (machine: FakeMachine, values: Record<string, string>) => Promise<string> | string
  > = {
    'wait-for-boot': () => 'done',
    'make-host-key': machine => {
      machine.nextKey ??= keyPairOf(
        createHash('sha256').update(`${machine.name} ${machine.hostKey}`).digest(),
        machine.name,
      ).publicKey
      return machine.nextKey
    },
    'use-host-key': machine => {
      if (!machine.nextKey) return 'unchanged'
      machine.hostKey = keyOf(machine.nextKey)
      machine.nextKey = undefined
      return 'changed'
    },
    look: ({ k3s, data, config }) => {
      const joins = config ? (parse(config) as Config).server : undefined
      return `k3s=${k3s ?? 'none'}\ndata=${data}\njoins=${joins ?? ''}`
    },
    'install-k3s': async (machine, { version }) => {
      if (machine.k3s === version) return 'unchanged'
      await world.sleep(download)
      machine.k3s = version
      return 'changed'
    },
    'write-k3s-config': (machine, { config, token }) => {
      const isSame = machine.config === config && (token === '' || machine.token === token)
      machine.config = config
      if (token !== '') machine.token = token
      return isSame ? 'unchanged' : 'changed'
    },
    'start-k3s': (machine, { unit }) => {
      const started = JSON.stringify([machine.k3s, machine.config, machine.token])
      if (machine.started === started) return 'unchanged'
      const config = parse(machine.config!) as Config
      const isServer = unit === 'k3s'
      if (machine.data === 'none') join(machine, config, isServer)
      else if (machine.runs !== undefined) machine.readyAt = world.now() + 5000
      machine.started = started
      machine.runs = machine.k3s
      clusterOf(machine).nodes.set(machine.name, machine.k3s!)
      return 'changed'
    },
    'wait-for-k3s': async (machine, { unit, seconds }) => {
      const isReady = () =>
        machine.readyAt <= world.now() && (unit !== 'k3s' || hasQuorum(clusterOf(machine)))
      for (let second = 0; !isReady(); second += 1) {
        if (second >= Number(seconds)) return 'late\nit does not come up'
        await world.sleep(1000)
      }
      return 'ready'
    },
    'read-kubeconfig': () =>
      'apiVersion: v1\nclusters: [{ name: default, cluster: { server: "https://127.0.0.1:6443", certificate-authority-data: Q0E= } }]\nusers: [{ name: default, user: { client-certificate-data: Q1JU, client-key-data: S0VZ } }]\n',
    'read-token': machine => secureToken(clusterOf(machine)),
    'list-nodes': machine => {
      const cluster = clusterOf(machine)
      if (!hasQuorum(cluster)) throw new Error('the API does not answer: the driver may not ask it now')
      return [...cluster.nodes]
        .map(([name, version]) => `${name} ${version} ${isUp(name) ? 'True' : 'Unknown'}`)
        .join('\n')
    },
    'label-node': (machine, { node, labels }) => {
      const cluster = clusterOf(machine)
      const pairs = labels!.split(' ').map(pair => pair.split('='))
      cluster.labels.set(node!, { ...cluster.labels.get(node!), ...Object.fromEntries(pairs) })
      return `node/${node} labeled`
    },
    'drain-node': (machine, { node }) => {
      const cluster = clusterOf(machine)
      if (!cluster.nodes.has(node!)) return 'absent'
      cluster.drained.push(node!)
      return 'drained'
    },
    'remove-node': (machine, { node }) => {
      const cluster = clusterOf(machine)
      cluster.nodes.delete(node!)
      cluster.members.delete(node!)
      return 'removed'
    },
    'authorize-key': (machine, { key, instead }) => {
      const isThere = machine.authorized.includes(key!) && !machine.authorized.includes(instead!)
      if (isThere) return 'unchanged'
      machine.authorized = [...machine.authorized.filter(one => one !== instead && one !== key), key!]
      return 'changed'
    },
  }

  function join(machine: FakeMachine, config: Config, isServer: boolean): void {
    const cluster = clusterOf(machine)
    if (cluster.nodes.has(machine.name)) throw new Error(`${machine.name} is a node already: it may not join`)
    if (config['cluster-init']) {
      cluster.beginnings += 1
      cluster.members = new Set([machine.name])
      cluster.password = machine.token!
      machine.data = 'server'
      machine.readyAt = world.now() + ready.first
      cluster.votesFrom.set(machine.name, machine.readyAt)
      return
    }
    if (machine.token !== secureToken(cluster)) throw new Error(`${machine.name} joins with another token`)
    if (!hasQuorum(cluster)) throw new Error(`${machine.name} joins what does not answer`)
    machine.data = isServer ? 'server' : 'agent'
    if (isServer) cluster.members.add(machine.name)
    machine.readyAt = world.now() + (isServer ? ready.server : ready.agent)
    cluster.votesFrom.set(machine.name, machine.readyAt)
  }

  const unreachable = (why: Unreachable): Reached => ({ outcome: 'unreachable', why, detail: `ssh: ${why}` })

  async function enter(machine: Machine, options: ReachOptions): Promise<FakeMachine | Reached> {
    const server = serverAt(machine.address)
    const inside = machines.get(server?.id)
    if (!inside || server.status !== 'running') {
      await world.sleep(10_000)
      return unreachable('silent')
    }
    if (inside.upAt > world.now()) return unreachable('refused')
    if (!options.hostKeys.map(keyOf).includes(inside.hostKey)) return unreachable('other key')
    if (!inside.authorized.includes(keyOf(options.key.publicKey))) return unreachable('denied')
    return inside
  }

  const self: Machines = {
    cluster: clusterOf({ of: 'prod' }),
    ran: [],
    sent: [],
    before: () => undefined,
    after: () => undefined,
    inside: name => [...machines.values()].find(one => one.name === name)!,
    reach: async (machine, script, options) => {
      await world.sleep(shortWay)
      const ran: Ran = { machine: machine.name, script: script.name, at: world.now(), said: undefined }
      self.ran.push(ran)
      const early = self.before(machine.name, script)
      if (early) return early
      const inside = await enter(machine, options)
      if ('outcome' in inside) return inside
      self.sent.push({ machine: machine.name, text: script.text })
      ran.said = await scripts[script.name](inside, { ...script.values })
      return (
        self.after(machine.name, script) ?? {
          outcome: 'ended',
          status: 0,
          stdout: `${ran.said}\n`,
          detail: '',
        }
      )
    },
  }
  return self
}
