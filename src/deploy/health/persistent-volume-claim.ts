import type { KubeObject } from '../../kube/object.js'
import { textAt } from './read.js'
import { failed, healthy, progressing, type Rule } from './rule.js'

/**
 * Bound, or waiting for a pod that is not there yet. kstatus has no exception for the latter, so a claim of a class
 * that binds at the first consumer would never be ready before its pod. Once the scheduler has chosen a node, the
 * volume is being made and is waited for.
 *
 * A lost volume is not final: the claim is bound again when the volume comes back.
 */
export const persistentVolumeClaim: Rule = (object, { bindingModes }) => {
  const phase = textAt(object, 'status', 'phase')
  if (phase === 'Bound') return healthy('is bound')
  if (phase === 'Lost') return failed('its volume is lost')
  const node = textAt(object, 'metadata', 'annotations', 'volume.kubernetes.io/selected-node')
  if (node) return progressing(`is not bound, a volume for node ${node} is being made`)
  const mode = bindingModes?.get(storageClassOf(object) ?? '')
  if (mode === 'WaitForFirstConsumer') return healthy('waits for its first consumer')
  return progressing(`is not bound${sayClass(storageClassOf(object))}`)
}

/** The annotation is older than the field and still wins over it. */
const storageClassOf = (object: KubeObject) =>
  textAt(object, 'metadata', 'annotations', 'volume.beta.kubernetes.io/storage-class') ??
  textAt(object, 'spec', 'storageClassName')

function sayClass(name: string | undefined): string {
  if (name === undefined) return ', it names no storage class'
  return name ? `, its storage class is ${name}` : ''
}
