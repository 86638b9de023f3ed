import type { KubeObject } from '../../kube/object.js'
import type { Finding } from './cause.js'
import { explainClaim } from './claim.js'
import { clean } from './message.js'
import { listAt, textAt } from './read.js'
import { safeIdOf, type World } from './world.js'

/**
 * A pod without a node. Never terminal: an autoscaler may bring one, and a volume may be provisioned late. A claim
 * that cannot be provisioned goes first, as the scheduler only says that it is not bound.
 */
export function explainUnscheduled(pod: KubeObject, world: World): Finding | undefined {
  const scheduled = listAt(pod, 'status', 'conditions').find(({ type }) => type === 'PodScheduled')
  if (textAt(scheduled, 'status') !== 'False') return undefined
  const said = clean(textAt(scheduled, 'message'))
  const claim = /PersistentVolumeClaim|persistentvolumeclaim|volume/.test(said) && explainClaims(pod, world)
  if (claim) return claim
  return {
    reason: clean(textAt(scheduled, 'reason')) || 'Unschedulable',
    // What follows tells why removing other pods would not help either, with the same numbers again.
    message: said.replace(/ preemption: .*$/, '').replace(/\.$/, '') || 'no node takes the pod',
    object: safeIdOf(pod),
    subject: pod,
    hint: hints.find(([pattern]) => pattern.test(said))?.[1],
  }
}

function explainClaims(pod: KubeObject, world: World): Finding | undefined {
  const namespace = textAt(pod, 'metadata', 'namespace')
  for (const volume of listAt(pod, 'spec', 'volumes')) {
    const name = textAt(volume, 'persistentVolumeClaim', 'claimName')
    const id = { group: '', kind: 'PersistentVolumeClaim', name, ...(namespace && { namespace }) }
    const finding = name && explainClaim(id, world.find(id), world)
    if (finding) return finding
  }
  return undefined
}

const hints: [RegExp, string][] = [
  [
    /node\.cloudprovider\.kubernetes\.io\/uninitialized/,
    'the nodes wait for the cloud controller manager: look at its log',
  ],
  [
    /node\.kubernetes\.io\/not-ready/,
    'the nodes are not ready: look at the network plugin (kubectl describe nodes)',
  ],
  [
    /unschedulable: true|\bunschedulable\b(?=[^.]*node\(s\)|,)|were unschedulable/,
    'the nodes are cordoned: kubectl uncordon',
  ],
  [/Insufficient (?:cpu|memory)/, 'add a node, or lower resources.requests'],
  [/untolerated taint|had taints/, 'add a toleration, or take the taint off a node'],
  [/node affinity|node selector/, 'label a node as nodeSelector or nodeAffinity want it'],
  [/Too many pods/, 'add a node: those there are hold as many pods as they may'],
]
