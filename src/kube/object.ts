/** Any object of Kubernetes, as the API server writes it in JSON. */
export interface KubeObject {
  apiVersion: string
  kind: string
  metadata: Metadata
  spec?: Record<string, unknown>
  status?: Record<string, unknown>
  [field: string]: unknown
}

export interface Metadata {
  name: string
  namespace?: string
  uid?: string
  resourceVersion?: string
  generation?: number
  labels?: Record<string, string>
  annotations?: Record<string, string>
  creationTimestamp?: string
  deletionTimestamp?: string
  finalizers?: string[]
  ownerReferences?: { apiVersion: string; kind: string; name: string; uid: string; controller?: boolean }[]
}

/** What tells one object of a cluster from all others. The version of its API is none of it. */
export interface ObjectId {
  /** Empty for the core group. */
  group: string
  kind: string
  /** Absent for what stands outside of namespaces. */
  namespace?: string
  name: string
}

/** The API group of an object: what stands before the slash in `apiVersion`; empty for the core group. */
export function groupOf({ apiVersion }: Pick<KubeObject, 'apiVersion'>): string {
  const slash = apiVersion.indexOf('/')
  return slash < 0 ? '' : apiVersion.slice(0, slash)
}

export function idOf(object: KubeObject): ObjectId {
  const { name, namespace } = object.metadata
  return { group: groupOf(object), kind: object.kind, name, ...(namespace && { namespace }) }
}

/** A key for maps and sets. */
export function keyOf({ group, kind, namespace = '', name }: ObjectId): string {
  return `${group}/${kind}/${namespace}/${name}`
}

/** As people read it: `Deployment shop/web`, `Namespace shop`. The group is shown where it is not Kubernetes' own. */
export function showId({ group, kind, namespace, name }: ObjectId): string {
  const isForeign = group.includes('.') && !group.endsWith('.k8s.io')
  const of = isForeign ? `${kind}.${group}` : kind
  return `${of} ${namespace ? `${namespace}/` : ''}${name}`
}

/** Without the record of who has set which field: the largest part of most objects, and of no use to a reader. */
export function withoutManagers(object: KubeObject): KubeObject {
  const { managedFields: _managers, ...metadata } = object.metadata as Metadata & { managedFields?: unknown }
  return { ...object, metadata }
}
