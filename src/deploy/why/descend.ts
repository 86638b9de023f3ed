import type { KubeObject } from '../../kube/object.js'
import { numberAt, textAt, timeAt } from './read.js'
import { uidOf, type World } from './world.js'

/**
 * The object and everything below it that counts, along ownerReferences. Of a Deployment only the ReplicaSet it rolls
 * out now: pods of an older one may be broken and are about to go.
 */
export function descend(root: { uid: string; object?: KubeObject | undefined }, world: World): KubeObject[] {
  const found = new Set<KubeObject>(root.object ? [root.object] : [])
  const visited = new Set([root.uid])
  const open = childrenThatCount(root.uid, root.object, world)
  for (let child = open.pop(); child; child = open.pop()) {
    found.add(child)
    const uid = uidOf(child)
    if (visited.has(uid)) continue
    visited.add(uid)
    open.push(...childrenThatCount(uid, child, world))
  }
  return [...found]
}

function childrenThatCount(uid: string, owner: KubeObject | undefined, world: World): KubeObject[] {
  const children = world.childrenOf(uid)
  const isRolledOut = (one: KubeObject) => textAt(one, 'kind') === 'ReplicaSet' && revisionOf(one) > 0
  const isDeployment = textAt(owner, 'kind') === 'Deployment' || children.some(isRolledOut)
  if (!isDeployment) return children.filter(child => !owner || !isOutdated(child, owner))
  const newest = newestReplicaSet(children)
  // Watches run apart: a Deployment may already be ahead of the ReplicaSets that are known.
  const isBehind = owner && newest && revisionOf(owner) > 0 && revisionOf(owner) !== revisionOf(newest)
  return newest && !isBehind ? [newest] : []
}

function newestReplicaSet(children: KubeObject[]): KubeObject | undefined {
  const createdAt = (one: KubeObject) => timeAt(one, 'metadata', 'creationTimestamp') ?? 0
  return children
    .filter(child => textAt(child, 'kind') === 'ReplicaSet')
    .sort((a, b) => revisionOf(b) - revisionOf(a) || createdAt(b) - createdAt(a))[0]
}

/** https://kubernetes.io/docs/reference/labels-annotations-taints/#deployment-kubernetes-io-revision */
function revisionOf(object: KubeObject): number {
  return Number(textAt(object, 'metadata', 'annotations', 'deployment.kubernetes.io/revision')) || 0
}

/**
 * Whether a DaemonSet is about to replace this pod, read off the two places where its controller notes the generation
 * of the template; the hash of the revision stands in no status.
 */
function isOutdated(pod: KubeObject, owner: KubeObject): boolean {
  if (textAt(owner, 'kind') !== 'DaemonSet') return false
  const wanted = textAt(owner, 'metadata', 'annotations', 'deprecated.daemonset.template.generation')
  const actual = textAt(pod, 'metadata', 'labels', 'pod-template-generation')
  return wanted !== '' && actual !== '' && wanted !== actual
}

/** Whether the controller has seen what was applied. Before that, everything below is about the past. */
export function isObserved(object: KubeObject | undefined): boolean {
  const observed = numberAt(object, 'status', 'observedGeneration')
  return observed === 0 || observed >= numberAt(object, 'metadata', 'generation')
}
