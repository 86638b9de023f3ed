import type { KubeObject, ObjectId } from '../../kube/object.js'
import type { Finding } from './cause.js'
import { textAt } from './read.js'
import { uidOf, type World } from './world.js'

/** The troubles first; the rest are only names for waiting. https://kubernetes.io/docs/concepts/storage/persistent-volumes/ */
const reasons = ['ProvisioningFailed', 'FailedBinding', 'VolumeMismatch', 'ClaimLost', 'VolumeResizeFailed']
const waits = ['ExternalProvisioning']

/** A claim without a volume: what its provisioner says. */
export function explainClaim(id: ObjectId, claim: KubeObject | undefined, world: World): Finding | undefined {
  if (textAt(claim, 'status', 'phase') === 'Bound') return undefined
  const events = world.eventsOf({ id, uid: uidOf(claim) })
  const event =
    events.find(({ reason }) => reasons.includes(reason)) ??
    events.find(({ reason }) => waits.includes(reason))
  if (!event) return undefined
  const message = event.message.replace(
    /^failed to provision volume with StorageClass ("[^"]*"): (?:rpc error: code = \w+ desc = )?/,
    'StorageClass $1: ',
  )
  const hint = /storageclass.* not found/i.test(message)
    ? 'kubectl get storageclass shows which there are'
    : undefined
  return { reason: event.reason, message, object: id, subject: claim, hint }
}
