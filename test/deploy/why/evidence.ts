import type { Cause, Evidence, Unhealthy } from '../../../src/deploy/why/cause.js'
import { explain } from '../../../src/deploy/why/explain.js'
import { formatCause } from '../../../src/deploy/why/format-cause.js'
import { idOf, type KubeObject } from '../../../src/kube/object.js'

export const now = new Date('2026-11-24T10:00:00Z')

/** So many seconds before now, as Kubernetes writes times. */
export const ago = (seconds: number) =>
  new Date(now.getTime() - seconds * 1000).toISOString().replace('.000Z', 'Z')

/** An object as it is stored, with the fields of its metadata beside its name. */
export function stored(kind: string, name: string, fields: Record<string, unknown> = {}): KubeObject {
  const { metadata, owner, ...rest } = fields as { metadata?: object; owner?: KubeObject }
  return {
    apiVersion: versions[kind] ?? 'v1',
    kind,
    metadata: {
      name,
      namespace: 'shop',
      uid: `uid-${kind}-${name}`,
      creationTimestamp: ago(60),
      ...(owner && { ownerReferences: [ownerOf(owner)] }),
      ...metadata,
    },
    ...rest,
  }
}

const versions: Record<string, string> = {
  Deployment: 'apps/v1',
  ReplicaSet: 'apps/v1',
  StatefulSet: 'apps/v1',
  DaemonSet: 'apps/v1',
  Job: 'batch/v1',
  Cluster: 'postgresql.cnpg.io/v1',
}

const ownerOf = ({ apiVersion, kind, metadata }: KubeObject) => ({
  apiVersion,
  kind,
  name: metadata.name,
  uid: metadata.uid!,
  controller: true,
})

export function deployment(name: string, revision = 1, fields: Record<string, unknown> = {}): KubeObject {
  const annotations = { 'deployment.kubernetes.io/revision': String(revision) }
  return stored('Deployment', name, { metadata: { annotations, generation: revision }, ...fields })
}

export function replicaSet(
  owner: KubeObject,
  revision = 1,
  fields: Record<string, unknown> = {},
): KubeObject {
  const annotations = { 'deployment.kubernetes.io/revision': String(revision) }
  return stored('ReplicaSet', `${owner.metadata.name}-rs${revision}`, {
    owner,
    metadata: { annotations },
    ...fields,
  })
}

/** A pod of one container, `app`, in the given state. */
export function pod(
  owner: KubeObject,
  suffix: string,
  status: Record<string, unknown>,
  spec: object = {},
): KubeObject {
  return stored('Pod', `${owner.metadata.name}-${suffix}`, {
    owner,
    spec: {
      nodeName: 'node-1',
      containers: [{ name: 'app', image: 'registry.example.com/shop/web:1.2' }],
      ...spec,
    },
    status: { phase: 'Pending', startTime: ago(60), ...status },
  })
}

export const waiting = (reason: string, message?: string, more: object = {}) => ({
  containerStatuses: [
    { name: 'app', ready: false, restartCount: 0, state: { waiting: { reason, message } }, ...more },
  ],
})

/** Crashed so often, the last time five seconds ago. */
export const crashing = (restartCount: number, end: Record<string, unknown>) =>
  waiting('CrashLoopBackOff', 'back-off 40s restarting failed container=app pod=web-rs1-a_shop(1c0d)', {
    restartCount,
    lastState: { terminated: { reason: 'Error', exitCode: 1, finishedAt: ago(5), ...end } },
  })

export const running = (more: object = {}) => ({
  phase: 'Running',
  containerStatuses: [
    { name: 'app', ready: false, restartCount: 0, state: { running: { startedAt: ago(50) } }, ...more },
  ],
})

export function event(about: KubeObject, reason: string, message: string, fields: object = {}): KubeObject {
  const { kind, metadata } = about
  const { name, namespace, uid } = metadata
  const involvedObject = { kind, name, namespace, uid, fieldPath: 'spec.containers{app}' }
  const id = `${name}.${reason}`
  return stored('Event', id, {
    involvedObject,
    reason,
    message,
    type: 'Warning',
    lastTimestamp: ago(10),
    count: 1,
    ...fields,
  })
}

export function unhealthy(object: KubeObject, fields: Partial<Unhealthy> = {}): Unhealthy {
  return { id: idOf(object), object, state: 'progressing', message: '0 of 3 replicas are ready', ...fields }
}

export function explainNow(evidence: Partial<Evidence>): Cause[] {
  return explain({ unhealthy: [], related: [], events: [], ...evidence }, now)
}

/** What a user reads; terminal causes are marked. */
export function picture(evidence: Partial<Evidence>): string[] {
  return explainNow(evidence).flatMap(cause => {
    const [head, ...rest] = formatCause(cause)
    return [`${cause.isTerminal ? '! ' : ''}${head}`, ...rest]
  })
}

/** The causes of one pod of Deployment web, with events about it. */
export function ofPod(
  status: Record<string, unknown>,
  events: [string, string, object?][] = [],
  spec: object = {},
) {
  const web = deployment('web')
  const set = replicaSet(web)
  const one = pod(set, 'a', status, spec)
  return {
    unhealthy: [unhealthy(web)],
    related: [set, one],
    events: events.map(([reason, message, fields]) => event(one, reason, message, fields)),
  }
}
