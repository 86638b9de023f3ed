import { LoError } from '../../errors.js'
import type { Look } from './scripts/look.js'

interface Member {
  name: string
  data: Look['data']
}

/** How the API comes up: a new one on the first control plane, or the one that these control planes hold. */
export type Start = { how: 'new'; first: string } | { how: 'existing'; members: string[] }

/**
 * Decides by what the control planes hold. Where there has been a cluster nobody begins another: not when its first
 * control plane is gone, and not when all are. Throws `PROVISION_FAILED` then.
 */
export function planStart(cluster: string, controlPlanes: readonly Member[], isInitialized: boolean): Start {
  const members = controlPlanes.filter(({ data }) => data === 'server').map(({ name }) => name)
  if (members.length > 0) return { how: 'existing', members }
  if (!isInitialized) return { how: 'new', first: controlPlanes[0]!.name }
  throw new LoError(
    'PROVISION_FAILED',
    `All control planes of ${cluster} are lost, and its data with them.`,
    {
      detail: `${controlPlanes.map(({ name }) => name).join(', ')}: nothing of etcd is there.`,
      hint: 'lo begins no new cluster in the place of one. Restore a snapshot (https://docs.k3s.io/cli/etcd-snapshot), or run `lo destroy` and then `lo provision`.',
    },
  )
}

/** What to say when none of the control planes that hold data answers. `all` is how many there should be. */
export function noLivingMember(members: readonly string[], all: number, evidence: string): LoError {
  const hasQuorum = members.length > all / 2
  const names = members.join(', ')
  if (hasQuorum) {
    return new LoError('PROVISION_FAILED', `No API server of the control planes gets ready: ${names}.`, {
      detail: evidence,
      hint: 'Once the reason is gone, run `lo provision` again.',
    })
  }
  return new LoError(
    'PROVISION_FAILED',
    `Of ${all} control planes only ${names} is left, and its API server does not get ready: etcd has lost its quorum.`,
    {
      detail: evidence,
      hint: `lo changes nothing about that by itself. Bring the others back, or make one member of what is left: \`k3s server --cluster-reset\` on ${members[0]} (https://docs.k3s.io/cli/etcd-snapshot). Then run \`lo provision\` again.`,
    },
  )
}
