/** The pool of the control plane: its name in names and labels, which no pool of workers may have. */
export const controlPlanePool = 'cp'

/** `index` counts from 1. The node of the cluster has the same name: the cloud controller finds its server by it. */
export function serverName(cluster: string, pool: string, index: number): string {
  return `${cluster}-${pool}-${index}`
}

/** `number` counts from 1. */
export function placementGroupName(cluster: string, pool: string, number: number): string {
  return `${cluster}-${pool}-pg-${number}`
}

export const networkName = (cluster: string) => cluster
export const firewallName = (cluster: string, role: 'control-plane' | 'worker') =>
  role === 'control-plane' ? `${cluster}-cp` : `${cluster}-workers`
export const balancerName = (cluster: string) => `${cluster}-api`
/** With a part of the uid: a cluster of the same name may have been here before. */
export const sshKeyName = (cluster: string, uid: string) => `${cluster}-lo-${uid.slice(0, 4)}`

/** How many servers a placement group takes: https://docs.hetzner.com/cloud/placement-groups/overview. */
const groupSize = 10

/** How many groups a pool of this size needs. */
export function groupsOf(replicas: number): number {
  return Math.ceil(replicas / groupSize)
}

/** The number of the group that a server belongs to. */
export function groupNumber(index: number): number {
  return Math.floor((index - 1) / groupSize) + 1
}
