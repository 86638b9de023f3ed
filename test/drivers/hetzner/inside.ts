import type { Etcd } from '../../../src/drivers/hetzner/simulation/etcd.js'
import type { K3s, Machine } from '../../../src/drivers/hetzner/simulation/machine.js'
import type { SentScript } from '../../../src/drivers/hetzner/simulation/machines.js'
import type { Prod } from './prod.js'

type Servers = Pick<Prod, 'machines'>

/** The data of the cluster. A second one, which somebody has begun in its place, fails the test. */
export function clusterOn({ machines }: Servers): Etcd {
  const [etcd, ...others] = machines.clusters()
  if (etcd && others.length === 0) return etcd
  throw new Error(`there should be one cluster, and there are ${machines.clusters().length}`)
}

export const nodesOf = (all: Servers): string[] => [...clusterOn(all).nodes.keys()].sort()

/** Those of etcd. */
export const membersOf = (all: Servers): string[] => [...clusterOn(all).members.keys()].sort()

/** The releases that nodes run, each once. */
export const releasesOf = (all: Servers): string[] => [
  ...new Set([...clusterOn(all).nodes.values()].map(({ version }) => version)),
]

export function machineOf({ machines }: Servers, server: string): Machine {
  const machine = machines.get(server)
  if (machine) return machine
  throw new Error(`there is no server ${server}`)
}

export const k3sOn = (all: Servers, server: string): K3s => machineOf(all, server).k3s

/** The keys that a server lets in. */
export const keysOf = (all: Servers, server: string): string[] => [...machineOf(all, server).authorizedKeys]

const hasChanged = ({ reached }: SentScript): boolean =>
  reached?.outcome === 'ended' && reached.stdout.trim() === 'changed'

/** What the last run has done about k3s, in order: `start <server>` where it had to, and `ready <server>`. */
export const startsOf = (all: Pick<Prod, 'sent'>): string[] =>
  all.sent().flatMap(one => {
    if (one.script.name === 'wait-for-k3s') return `ready ${one.server}`
    return one.script.name === 'start-k3s' && hasChanged(one) ? `start ${one.server}` : []
  })

/** Where the last run has started k3s, in order. */
export const started = (all: Pick<Prod, 'sent'>): string[] =>
  startsOf(all).flatMap(line => /^start (.*)$/.exec(line)?.[1] ?? [])

/** What the last run has sent to take nodes out of the cluster, in order. */
export const leaving = (all: Pick<Prod, 'sent'>) =>
  all
    .sent()
    .filter(({ script }) => script.name === 'drain-node' || script.name === 'remove-node')
    .map(({ script: { name, values }, at }) => ({ name, node: values.node, at }))
