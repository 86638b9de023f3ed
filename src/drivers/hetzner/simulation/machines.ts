import type { Simulator } from '../../../hcloud/simulator/simulator.js'
import type { ServerItem } from '../../../hcloud/simulator/state.js'
import type { Clock } from '../../../hcloud/simulator/world.js'
import type { Machine as Address, Reach, Reached, ReachOptions, Unreachable } from '../machine.js'
import { keyOf } from '../openssh.js'
import type { Script } from '../scripts/script.js'
import { type Etcd, hasQuorum } from './etcd.js'
import { goOn, type Surroundings, uninitialized } from './k3s.js'
import { type Machine, newMachine } from './machine.js'
import { collectScriptFaults, type ScriptFault, type ScriptFaults } from './script-faults.js'
import { type Bench, plays } from './scripts.js'

/** How long everything on servers takes, in milliseconds. */
export interface Delays {
  /** From the start of a server until SSH answers. */
  boot: number
  /** From then until cloud-init has done its work. */
  cloudInit: number
  /** To connect, and to say who both are. */
  connect: number
  /** How long nothing at all answers after a start. */
  silence: number
  download: number
  firstControlPlane: number
  controlPlane: number
  worker: number
  /** k3s on a node that has joined before. */
  restart: number
  drain: number
}

export const usualMachineDelays: Delays = {
  boot: 30_000,
  cloudInit: 2000,
  connect: 500,
  silence: 8000,
  download: 5000,
  firstControlPlane: 30_000,
  controlPlane: 25_000,
  worker: 20_000,
  restart: 8000,
  drain: 5000,
}

/** One script that was sent to a server. */
export interface SentScript {
  server: string
  script: Script
  at: number
  /** What became of it; undefined until it ends, and for ever when whoever called is stopped. */
  reached: Reached | undefined
}

/** Everything that the servers of a simulated project do. */
export interface Machines extends ScriptFaults {
  reach: Reach
  /** Can be changed at any time. */
  delays: Delays
  /** From where they are reached, as firewalls see it. */
  from: string
  /** What was sent, to servers that had let the sender in only. */
  sent: readonly SentScript[]
  get: (server: string) => Machine | undefined
  /** The clusters that exist, which are one when everything is right. */
  clusters: () => Etcd[]
  /** Does for all clusters what these addons do: a network, so that nodes can be ready, and a cloud controller manager. */
  bootstrap: (addons?: { network?: boolean; ccm?: boolean }) => void
}

export interface MachinesOptions {
  delays?: Partial<Delays>
  from?: string
}

/** How long ssh waits for an answer before it gives up. */
const patience = 5000

/** Lets the servers of a simulated project live, from their first boot until they are deleted. */
export function simulateMachines(
  simulator: Simulator,
  { now, sleep }: Clock,
  { delays: changes = {}, from = '203.0.113.10' }: MachinesOptions = {},
): Machines {
  const machines = new Map<number, Machine>()
  const faults = collectScriptFaults()
  const sent: SentScript[] = []
  const delays = { ...usualMachineDelays, ...changes }

  simulator.settings.onServer = (what, server) => {
    if (what === 'started') return start(server)
    stop(server)
    if (what === 'deleted') machines.delete(server.id)
  }
  simulator.settings.isListening = (server, port) => {
    settle()
    const machine = machines.get(server.id)
    return port === 6443 && machine?.k3s.kind === 'server' && machine.k3s.isReady
  }

  function start(server: ServerItem): void {
    const machine = machines.get(server.id) ?? newMachine(server, simulator.uploadedKeys(server))
    machines.set(server.id, machine)
    machine.startedAt = now()
    machine.starts += 1
    if (machine.k3s.kind !== undefined) machine.k3s.running = machine.k3s.program
  }

  function stop({ id }: ServerItem): void {
    const machine = machines.get(id)
    if (!machine) return
    machine.startedAt = undefined
    Object.assign(machine.k3s, { running: undefined, isReady: false, since: undefined })
  }

  const isUp = ({ startedAt }: Machine, more = 0) =>
    startedAt !== undefined && now() >= startedAt + delays.boot + more

  const around = (): Surroundings => ({ now: now(), delays, machines, clusterAt })

  function clusterAt(from: Machine, address: string): Etcd | undefined {
    const neighbour = simulator.neighbourAt(from.server, address)
    if (neighbour === 'load balancer') {
      const near = [...machines.values()].filter(({ server }) => isNear(server, from.server))
      return near.find(isAnswering)?.k3s.etcd
    }
    const machine = machines.get(neighbour?.id ?? 0)
    return machine && isAnswering(machine) ? machine.k3s.etcd : undefined
  }

  const isAnswering = ({ k3s }: Machine) =>
    k3s.kind === 'server' && k3s.isReady && hasQuorum(k3s.etcd!, machines)

  function settle(): void {
    for (const machine of machines.values()) if (isUp(machine)) goOn(machine, around())
  }

  /** Who answers at an address, or why nobody does. */
  async function knock({ address }: Address, limit: number): Promise<Machine | Unreachable> {
    const server = simulator.serverAt(address)
    const machine = machines.get(server?.id ?? 0)
    const isAwake = machine?.startedAt !== undefined && now() >= machine.startedAt + delays.silence
    if (!server || !isAwake || !simulator.isLetIn(server, 22, from)) {
      await sleep(Math.min(limit, patience))
      return 'silent'
    }
    await sleep(Math.min(limit, delays.connect))
    return isUp(machine) ? machine : 'refused'
  }

  async function play(machine: Machine, script: Script, limit: number): Promise<Reached> {
    const end = now() + limit
    const isLate = () => now() >= end || machine.startedAt === undefined
    const until: Bench['until'] = async (holds, seconds) => {
      for (const last = now() + seconds * 1000; ; await sleep(1000)) {
        settle()
        if (holds()) return true
        if (now() >= last || isLate()) return false
      }
    }
    const said = await plays[script.name]({
      machine,
      values: script.values,
      delays,
      machines,
      sleep,
      until,
      settle,
      isBooted: () => isUp(machine, delays.cloudInit),
    })
    if (machine.startedAt === undefined) return unreachable('closed')
    if (now() >= end) return unreachable('late')
    if (typeof said === 'string') return { outcome: 'ended', status: 0, stdout: said, detail: '' }
    return { outcome: 'ended', stdout: '', ...said }
  }

  const reach: Reach = async (address, script, options) => {
    const fault = faults.scriptFault(script.name, address.name)
    if (fault?.how === 'stop before') throw fault.error
    const met = await knock(address, options.limit)
    if (typeof met === 'string') return unreachable(met)
    if (fault?.how === 'unreachable' && (fault.while?.(met) ?? true))
      return unreachable(fault.why, fault.detail)
    settle()
    const refusal = refuse(met, options)
    if (refusal) return unreachable(refusal)
    const entry: SentScript = { server: met.server.name, script, at: now(), reached: undefined }
    sent.push(entry)
    entry.reached = await run(met, script, options.limit, fault)
    return entry.reached
  }

  async function run(machine: Machine, script: Script, limit: number, fault: ScriptFault | undefined) {
    if (fault?.how === 'answer') {
      const { status = 0, stdout = '', detail = '', takes = 0 } = fault
      await sleep(Math.min(limit, takes))
      return takes >= limit ? unreachable('late') : ({ outcome: 'ended', status, stdout, detail } as const)
    }
    if (fault?.how === 'change') fault.change(machine)
    const reached = await play(machine, script, limit)
    if (fault?.how === 'stop after') throw fault.error
    return fault?.how === 'hang up' ? unreachable('closed') : reached
  }

  return {
    reach,
    delays,
    from,
    sent,
    onScript: faults.onScript,
    endFaults: faults.endFaults,
    get: name => [...machines.values()].find(({ server }) => server.name === name),
    clusters: () => {
      settle()
      return clustersOf(machines)
    },
    bootstrap: ({ network = true, ccm = true } = {}) => {
      for (const etcd of clustersOf(machines)) {
        etcd.hasNetwork ||= network
        etcd.hasCcm ||= ccm
        if (!etcd.hasCcm) continue
        for (const node of etcd.nodes.values()) {
          node.taints = node.taints.filter(({ key }) => key !== uninitialized.key)
        }
      }
    },
  }
}

const isNear = (one: ServerItem, other: ServerItem) =>
  one.networks.some(({ network }) => other.networks.some(near => near.network === network))

function clustersOf(machines: ReadonlyMap<number, Machine>): Etcd[] {
  return [...new Set([...machines.values()].flatMap(({ k3s }) => k3s.etcd ?? []))]
}

function refuse(machine: Machine, { hostKeys, key }: ReachOptions): Unreachable | undefined {
  if (!hostKeys.some(one => keyOf(one) === machine.hostKey)) return 'other key'
  return machine.authorizedKeys.has(keyOf(key.publicKey)) ? undefined : 'denied'
}

function unreachable(why: Unreachable, detail = ''): Reached {
  return { outcome: 'unreachable', why, detail }
}
