import type { KubeObject } from '../../kube/object.js'
import type { Finding } from './cause.js'
import { textAt } from './read.js'
import { safeIdOf, uidOf, type World } from './world.js'

/** What may go wrong between a node and the first container: volumes, devices, the network of the sandbox. */
const troubles = new Set([
  'FailedMount',
  'FailedAttachVolume',
  'FailedMapVolume',
  'FailedCreatePodSandBox',
  'NetworkNotReady',
  'FailedCreatePodContainer',
])

/** Says only that the volumes are not there; another event says why. */
const timeout = /^Unable to attach or mount volumes/

/**
 * A pod that has a node, but no container yet. Not terminal: controllers such as cert-manager may take minutes to make
 * the Secret that is to be mounted, and kubelet tries again only every two minutes in the end.
 */
export function explainStart(pod: KubeObject, world: World): Finding | undefined {
  if (textAt(pod, 'status', 'phase') !== 'Pending') return undefined
  const events = world
    .eventsOf({ id: safeIdOf(pod), uid: uidOf(pod) })
    .filter(({ reason }) => troubles.has(reason))
  const event = events.find(({ message }) => !timeout.test(message)) ?? events[0]
  if (!event) return explainWait(pod)
  return { reason: event.reason, message: tidy(event.message), object: safeIdOf(pod), subject: pod }
}

/** A pod without a node that not even the scheduler has looked at. */
function explainWait(pod: KubeObject): Finding | undefined {
  if (textAt(pod, 'spec', 'nodeName') || textAt(pod, 'status', 'startTime')) return undefined
  const message = 'the pod has no node yet, and the scheduler says nothing about it'
  const hint = 'look at the scheduler: kubectl get pods --namespace kube-system'
  return { reason: 'Pending', message, object: safeIdOf(pod), subject: pod, hint, isVague: true }
}

function tidy(message: string): string {
  return message
    .replace(/^MountVolume\.\w+ failed for volume ("[^"]*") ?: /, 'volume $1: ')
    .replace(/^Failed to create pod sandbox: (?:rpc error: code = \w+ desc = )?/, '')
    .replace(/(failed to setup network for sandbox) "[^"]*"/, '$1')
    .replace(/, unattached volumes=\[[^\]]*\]/, '')
}
