import { createHash } from 'node:crypto'
import { parse, stringify } from 'yaml'
import { keyOf, keyPairOf } from '../openssh.js'
import type { ScriptName } from '../scripts/script.js'
import { type Etcd, fullToken, hasQuorum } from './etcd.js'
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
  'list-nodes': bench => onCluster(bench, etcd => [...etcd.nodes].map(node => showNode(node, etcd, bench))),
  'label-node': ({ values, ...bench }) =>
    onCluster(bench, etcd => {
      const node = etcd.nodes.get(values.node!)
      if (!node) return undefined
      const pairs = values.labels!.split(' ').map(pair => pair.split('='))
      Object.assign(node.labels, Object.fromEntries(pairs))
      return [`node/${values.node} labeled`]
    }),
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

/** Asks the API server that runs on a control plane. */
async function onCluster(
  { machine: { k3s }, machines }: Pick<Bench, 'machine' | 'machines'>,
  ask: (etcd: Etcd) => string[] | undefined,
): ReturnType<Play> {
  const isThere = k3s.kind === 'server' && k3s.isReady && k3s.etcd && hasQuorum(k3s.etcd, machines)
  if (!isThere) return failed('The connection to the server 127.0.0.1:6443 was refused')
  const lines = ask(k3s.etcd!)
  return lines ? `${lines.join('\n')}\n` : failed('Error from server (NotFound): nodes not found')
}

function showNode(
  [name, { version, server }]: [string, Etcd['nodes'] extends Map<string, infer Node> ? Node : never],
  { hasNetwork }: Etcd,
  { machines }: Pick<Bench, 'machines'>,
): string {
  const machine = machines.get(server)
  const isAlive = machine?.startedAt !== undefined && machine.k3s.isReady
  return `${name} ${version} ${isAlive ? (hasNetwork ? 'True' : 'False') : 'Unknown'}`
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
