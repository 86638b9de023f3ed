import type { KubeObject } from '../../kube/object.js'
import { timeAt } from './read.js'
import type { World } from './world.js'

/**
 * How long trouble may heal by itself, in milliseconds. Everything of a deploy is applied side by side, so a pod may
 * be there before what it needs. garden fails fast on `CrashLoopBackOff`, `ImagePullBackOff` and
 * `CreateContainerConfigError` without a grace; Tilt has `k8s_grace_period`, nelm `failures-allowed-per-replica`.
 */
export const grace = {
  /** A pull secret may come later; kubelet pulls again after 10 s, so this gives it a second try. */
  pullDenied: 20_000,
  /** A missing ConfigMap or Secret may be made by a controller. */
  missingConfig: 30_000,
  /** A container may crash until what it depends on has started. */
  crash: 20_000,
  /** A quota or service account may come later. */
  forbidden: 20_000,
  /** After the time at which a pod should be gone, before it counts as stuck. */
  termination: 30_000,
} as const

/** Restarts before a crash loop counts as one; kubelet needs about 40 s for three. */
export const crashesAllowed = 3

/** When the trouble of an object can have begun that concerns this deploy; undefined without any time. */
export function beginOf(object: KubeObject, world: World): number | undefined {
  const start = startOf(object)
  return start === undefined ? undefined : Math.max(start, world.graceFrom)
}

/** Milliseconds since then; 0 when the object does not say, so that no grace is over by mistake. */
export function ageOf(object: KubeObject, world: World): number {
  return world.now - (beginOf(object, world) ?? world.now)
}

/** Whether it stood there before this deploy began. */
export function isOlderThanDeploy(object: KubeObject, world: World): boolean {
  return (startOf(object) ?? Number.NEGATIVE_INFINITY) < world.since
}

function startOf(object: KubeObject): number | undefined {
  return timeAt(object, 'status', 'startTime') ?? timeAt(object, 'metadata', 'creationTimestamp')
}
