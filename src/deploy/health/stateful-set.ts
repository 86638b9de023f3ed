import type { KubeObject } from '../../kube/object.js'
import { numberAt, textAt } from './read.js'
import { complete, fewerThan, type Health, healthy, progressing, type Rule, surplus } from './rule.js'

/**
 * All replicas are there and ready, none too many, and as many are updated as the partition lets through.
 *
 * `OnDelete` leaves updates to whoever deletes the pods, so an update is not waited for
 * (https://github.com/GoogleContainerTools/skaffold/issues/7589). The pods of the first revision are the
 * controller's own work, so those are. Revisions stay different ever after the first update:
 * https://github.com/kubernetes/kubernetes/issues/73492
 */
export const statefulSet: Rule = object => {
  const isOnDelete = textAt(object, 'spec', 'updateStrategy', 'type') === 'OnDelete'
  if (isOnDelete && isUpdating(object)) return healthy('updates when its pods are deleted')
  const missing = countReplicas(object) ?? (isOnDelete ? undefined : countUpdated(object))
  return missing ?? complete(wantedOf(object), 'replicas are ready')
}

const wantedOf = (object: KubeObject) => numberAt(object, 'spec', 'replicas') ?? 1

const isUpdating = (object: KubeObject) =>
  textAt(object, 'status', 'currentRevision') !== textAt(object, 'status', 'updateRevision')

function countReplicas(object: KubeObject): Health | undefined {
  const wanted = wantedOf(object)
  const all = numberAt(object, 'status', 'replicas') ?? 0
  const ready = numberAt(object, 'status', 'readyReplicas') ?? 0
  if (all < wanted) return fewerThan(all, wanted, 'replicas exist')
  if (ready < wanted) return fewerThan(ready, wanted, 'replicas are ready')
  if (all > wanted) return surplus(all - wanted)
  return undefined
}

/**
 * The API server writes partition 0 where `rollingUpdate` is given, and then the number of updated replicas decides.
 * Without it the revisions do. See https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#partitions
 */
function countUpdated(object: KubeObject): Health | undefined {
  const wanted = wantedOf(object)
  const count = (name: string) => numberAt(object, 'status', name) ?? 0
  const partition = numberAt(object, 'spec', 'updateStrategy', 'rollingUpdate', 'partition')
  if (partition !== undefined) {
    const due = Math.max(0, wanted - partition)
    const [updated, limit] = [count('updatedReplicas'), partition > 0 ? ` of partition ${partition}` : '']
    return updated < due ? fewerThan(updated, due, `replicas${limit} are up to date`) : undefined
  }
  if (isUpdating(object)) return progressing('its current revision is not the newest one')
  const current = count('currentReplicas')
  return current < wanted ? fewerThan(current, wanted, 'replicas are of the current revision') : undefined
}
