import { createHash } from 'node:crypto'
import { parse, stringify } from 'yaml'
import { keyOf, keyPairOf } from '../openssh.js'
import type { ScriptName } from '../scripts/script.js'
import { readTaint, type Taint } from '../wanted.js'
import { type Etcd, fullToken, hasQuorum, type SimulatedNode } from './etcd.js'
import type { Machine } from './machine.js'
import type { Delays } from './machines.js'

/** What a script of bash would find on the server it runs on. */
export interface Bench {
  machine: Machine
  values: Readonly<Record<string, string>>
  delays: Delays
  machines: ReadonlyMap<number, Machine>
  sleep: (milliseconds: number) => Promise<void>
  /** Waits until something holds, for so many seconds at most; whether it does. */
  until: (holds: () => boolean, seconds: number) => Promise<boolean>
  /** Lets k3s everywhere go on as far as it can by now. */
  settle: () => void
  isBooted: () => boolean
}

/** What it prints; a number is the status it ends with. */
type Play = (bench: Bench) => Promise<string | { status: number; detail: string }>

const failed = (detail: string, status = 1) => ({ status, detail })

/** What each script does on a simulated server, and what it prints. */
export const plays: Record<ScriptName, Play> = {
  'wait-for-boot': async ({ values, until, isBooted }) =>
    (await until(isBooted, Number(values.seconds))) ? 'done\n' : 'late\n',
  'make-host-key': async ({ machine }) => {
    machine.nextHostKey ??= newHostKey(machine)
    return `${machine.nextHostKey} ${machine.server.name}\n`
  },
  'use-host-key': async ({ machine }) => {
    if (machine.nextHostKey === undefined) return 'unchanged\n'
    machine.hostKey = machine.nextHostKey
    machine.nextHostKey = undefined
    return 'changed\n'
  },
  look: async ({ machine: { k3s } }) => {
    const role = k3s.etcd ? k3s.kind : undefined
    return `k3s=${k3s.program ?? 'none'}\ndata=${role ?? 'none'}\njoins=${k3s.config.server ?? ''}\n`
  },
  'install-k3s': async ({ machine: { k3s }, values, sleep, delays }) => {
    if (k3s.program === values.version) return 'unchanged\n'
    await sleep(delays.download)
    k3s.program = values.version!
    return 'changed\n'
  },
  'write-k3s-config': async ({ machine: { k3s }, values: { config = '', token = '' } }) => {
    const wanted = parse(config) as Record<string, unknown>
    const next = token === '' ? k3s.token : token
    if (stringify(wanted) === stringify(k3s.config) && next === k3s.token) return 'unchanged\n'
    Object.assign(k3s, { config: wanted, token: next })
    return 'changed\n'
  },
  'start-k3s': async ({ machine: { k3s }, values, settle }) => {
    if (k3s.program === undefined) return failed('/usr/local/bin/k3s: No such file or directory')
    const { program, config, token } = k3s
    const mark = digestOf([values.text, program, config, token])
    if (mark === k3s.mark && k3s.running !== undefined) return 'unchanged\n'
    k3s.kind = values.unit === 'k3s' ? 'server' : 'agent'
    Object.assign(k3s, { mark, running: program, isReady: false, since: undefined })
    settle()
    return 'changed\n'
  },
  'wait-for-k3s': async ({ machine: { k3s }, values, until }) => {
    const isReady = await until(() => k3s.isReady, Number(values.seconds))
    return isReady ? 'ready\n' : `late\n${k3s.journal.slice(-50).join('\n')}\n`
  },
  'read-kubeconfig': async ({ machine: { k3s } }) =>
    k3s.kind === 'server' && k3s.hasJoined
      ? kubeconfigOf(k3s.etcd!)
      : failed('cat: /etc/rancher/k3s/k3s.yaml: No such file or directory'),
  'read-token': async ({ machine: { k3s } }) =>
    k3s.kind === 'server' && k3s.etcd
      ? `${fullToken(k3s.etcd)}\n`
      : failed('cat: /var/lib/rancher/k3s/server/token: No such file or directory'),
  'list-nodes': bench =>
    onCluster(bench, etcd => [...etcd.nodes].sort(byName).map(node => showNode(node, etcd, bench))),
  'change-nodes': ({ values, ...bench }) =>
    onCluster(bench, etcd => {
      const nodes = wordsIn(values.nodes).map(name => etcd.nodes.get(name))
      if (nodes.includes(undefined)) return undefined
      for (const node of nodes) changeNode(node!, values)
      return ['changed']
    }),
  // What a bootstrap applies is not simulated, and so is no Secret of it.
  'look-at-ccm': async () =>
    'network=\ntoken=\nError from server (NotFound): deployments.apps "hcloud-cloud-controller-manager" not found\n',
  'drain-node': async ({ values, ...bench }) => {
    await bench.sleep(bench.delays.drain)
    return onCluster(bench, etcd => [etcd.nodes.has(values.node!) ? 'drained' : 'absent'])
  },
  'remove-node': ({ values, ...bench }) =>
    onCluster(bench, etcd => {
      etcd.nodes.delete(values.node!)
      etcd.members.delete(values.node!)
      return ['removed']
    }),
  'authorize-key': async ({ machine, values }) => {
    const { key, instead } = values
    const hasChanged = !machine.authorizedKeys.has(key!) || machine.authorizedKeys.has(instead!)
    machine.authorizedKeys.add(key!)
    machine.authorizedKeys.delete(instead!)
    return hasChanged ? 'changed\n' : 'unchanged\n'
  },
}

function digestOf(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex')
}

/** Nobody knows the other half of it, though it is the same in each simulation. */
function newHostKey({ server, hostKey }: Machine): string {
  const seed = createHash('sha256').update(`${server.id} after ${hostKey}`).digest()
  return keyOf(keyPairOf(seed, server.name).publicKey)
}

/** Seconds for which the scripts try again. */
const persistence = 12

/** Asks the API server that runs on a control plane. */
async function onCluster(
  { machine: { k3s }, machines, until }: Pick<Bench, 'machine' | 'machines' | 'until'>,
  ask: (etcd: Etcd) => string[] | undefined,
): ReturnType<Play> {
  const isThere = () =>
    k3s.kind === 'server' && k3s.isReady && k3s.etcd !== undefined && hasQuorum(k3s.etcd, machines)
  if (!(await until(isThere, persistence)))
    return failed('The connection to the server 127.0.0.1:6443 was refused')
  const lines = ask(k3s.etcd!)
  return lines ? `${lines.join('\n')}\n` : failed('Error from server (NotFound): nodes not found')
}

const byName = ([one]: [string, unknown], [other]: [string, unknown]) => (one < other ? -1 : 1)

const wordsIn = (text = '') => text.split(' ').filter(Boolean)

/** As `kubectl label`, `kubectl taint` and `kubectl annotate` do. */
function changeNode(node: SimulatedNode, { labels, taints, given }: Readonly<Record<string, string>>): void {
  for (const word of wordsIn(labels)) {
    const [key = '', value] = word.split('=')
    if (value === undefined) delete node.labels[key.slice(0, -1)]
    else node.labels[key] = value
  }
  for (const word of wordsIn(taints)) {
    const isKept = ({ key, effect }: Taint) => word !== `${key}:${effect}-`
    const next = word.endsWith('-') ? undefined : readTaint(word)
    const others = node.taints.filter(one => one.key !== next?.key || one.effect !== next.effect)
    node.taints = [...others.filter(isKept), ...(next ? [next] : [])]
  }
  node.given = given!
}

function showNode(
  [name, { version, server, labels, taints, given }]: [string, SimulatedNode],
  { hasNetwork }: Etcd,
  { machines }: Pick<Bench, 'machines'>,
): string {
  const machine = machines.get(server)
  const isAlive = machine?.startedAt !== undefined && machine.k3s.isReady
  const ready = isAlive ? (hasNetwork ? 'True' : 'False') : 'Unknown'
  const shownTaints = taints.length > 0 ? JSON.stringify(taints) : ''
  return [name, version, ready, JSON.stringify(labels), shownTaints, given].join('\t')
}

/** As k3s writes it, but for what proves who asks, since nobody is there to be asked. */
function kubeconfigOf(etcd: Etcd): string {
  const proof = Buffer.from(digestOf([etcd.token])).toString('base64')
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      { name: 'default', cluster: { 'certificate-authority-data': proof, server: 'https://127.0.0.1:6443' } },
    ],
    contexts: [{ name: 'default', context: { cluster: 'default', user: 'default' } }],
    'current-context': 'default',
    preferences: {},
    users: [{ name: 'default', user: { 'client-certificate-data': proof, 'client-key-data': proof } }],
  })
}
