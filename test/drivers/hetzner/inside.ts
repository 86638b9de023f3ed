import type { Etcd } from '../../../src/drivers/hetzner/simulation/etcd.js'
import type { K3s, Machine } from '../../../src/drivers/hetzner/simulation/machine.js'
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
