import type { KubeObject, ObjectId } from '../../kube/object.js'
import type { Finding, Unhealthy } from './cause.js'
import { grace } from './grace.js'
import { clean } from './message.js'
import { listAt, textAt, textsAt, timeAt } from './read.js'
import { safeIdOf, type World, worldOf } from './world.js'

/** An object that is being deleted and stays: what it waits for, and since when. */
export function explainTerminating({ id, object, message }: Unhealthy, world: World): Finding {
  const subject = object ?? world.find(id)
  const content = subject && id.kind === 'Namespace' ? explainNamespace(subject) : undefined
  if (content) return content
  const finalizers = textsAt(subject, 'metadata', 'finalizers').map(clean)
  const said =
    finalizers.length > 0 ? `waits for ${listed(finalizers)}` : clean(message) || 'is being deleted'
  const since = clean(textAt(subject, 'metadata', 'deletionTimestamp'))
  return {
    reason: 'Terminating',
    message: since ? `${said}, deleted at ${since}` : said,
    object: id,
    subject,
    hint: finalizers.map(name => hints.get(name)).find(Boolean),
  }
}

/** What keeps an object from going, without any other evidence than itself. */
export function explainHeld(id: ObjectId, object: KubeObject): string {
  const one: Unhealthy = { id, object, state: 'terminating', message: '', isTerminal: false }
  const { message, hint } = explainTerminating(
    one,
    worldOf({ unhealthy: [], related: [], events: [] }, new Date(0)),
  )
  return hint ? `${message} (${hint})` : message
}

/**
 * A pod that is about to go is nobody's trouble until its time is over: its deletionTimestamp already counts the grace
 * period in.
 */
export function explainDeletedPod(pod: KubeObject, world: World): Finding | undefined {
  const due = timeAt(pod, 'metadata', 'deletionTimestamp')
  if (due === undefined || world.now - due < grace.termination) return undefined
  const finalizers = textsAt(pod, 'metadata', 'finalizers').map(clean)
  const node = clean(textAt(pod, 'spec', 'nodeName'))
  const said =
    finalizers.length > 0 ? `waits for ${listed(finalizers)}` : `node ${node || '?'} does not end the pod`
  const hint = finalizers.length > 0 ? undefined : `see whether the node answers: kubectl get node ${node}`
  return { reason: 'Terminating', message: said, object: safeIdOf(pod), subject: pod, hint }
}

/** In the order in which one explains the other. https://kubernetes.io/docs/reference/kubernetes-api/cluster-resources/namespace-v1/ */
const namespaceConditions = [
  'NamespaceDeletionDiscoveryFailure',
  'NamespaceDeletionGroupVersionParsingFailure',
  'NamespaceDeletionContentFailure',
  'NamespaceFinalizersRemaining',
  'NamespaceContentRemaining',
]

function explainNamespace(namespace: KubeObject): Finding | undefined {
  const conditions = listAt(namespace, 'status', 'conditions').filter(({ status }) => status === 'True')
  const found = namespaceConditions.flatMap(type => conditions.find(one => one['type'] === type) ?? [])
  const [first] = found
  if (!first) return undefined
  const reason = textAt(first, 'type')
  // Which finalizers and which objects are two conditions, and only both together tell where to look.
  const told = reason === 'NamespaceFinalizersRemaining' ? found : [first]
  const message = told.map(one => clean(textAt(one, 'message')).replace(/\.$/, '')).join('; ')
  const hint =
    reason === 'NamespaceDeletionDiscoveryFailure'
      ? 'an APIService does not answer: kubectl get apiservices; delete those that nothing serves any more'
      : undefined
  return { reason, message, object: safeIdOf(namespace), subject: namespace, hint }
}

function listed(finalizers: string[]): string {
  return `${finalizers.length === 1 ? 'the finalizer' : 'the finalizers'} ${finalizers.join(', ')}`
}

const hints = new Map([
  ['kubernetes.io/pvc-protection', 'a pod still uses the claim'],
  ['kubernetes.io/pv-protection', 'a claim still uses the volume'],
  [
    'service.kubernetes.io/load-balancer-cleanup',
    'the cloud controller has not removed the load balancer: look at its log',
  ],
  ['foregroundDeletion', 'what it owns is deleted first'],
  [
    'customresourcecleanup.apiextensions.k8s.io',
    'objects of this definition still exist: look at their finalizers',
  ],
])
