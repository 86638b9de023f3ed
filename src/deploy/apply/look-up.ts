import { ApiError, type RequestOptions } from '../../kube/api.js'
import { fieldManager } from '../../kube/kubectl.js'
import { listAll } from '../../kube/list.js'
import { type KubeObject, keyOf } from '../../kube/object.js'
import { collectionPath, objectPath, type Resource } from '../../kube/resources.js'
import type { Manifest } from '../artifact/manifest.js'
import type { Connection } from '../connection.js'

/** What the cluster has of an object, without its content. */
export interface Seen {
  uid: string
  resourceVersion: string
  generation: number | undefined
  labels: Record<string, string>
  annotations: Record<string, string>
  /** When it is, or was, to be gone; undefined unless it is being deleted. */
  deletedAt: string | undefined
  /** When `lo` last changed something about it, to the second. */
  appliedAt: string | undefined
  /** When anybody else last did. */
  othersAt: string | undefined
}

/** More objects than this in one place are listed, fewer are asked for one by one. */
export const mostGets = 4

/** What there is of these objects, by `keyOf`: nothing for those that do not exist, or are of no known kind. */
export async function lookUp(
  manifests: readonly Manifest[],
  { api, resources }: Pick<Connection, 'api' | 'resources'>,
  options: Pick<RequestOptions, 'signal' | 'timeout'>,
): Promise<Map<string, Seen>> {
  const seen = new Map<string, Seen>()
  const keep = (object: KubeObject, { id }: Manifest) => void seen.set(keyOf(id), seenOf(object))
  const lookIn = async (place: Manifest[]) => {
    const [first] = place as [Manifest]
    const resource = await resources.find({ apiVersion: first.apiVersion, kind: first.id.kind })
    if (!resource) return
    if (place.length <= mostGets) {
      await Promise.all(
        place.map(async manifest => {
          const object = await getOptional(() =>
            api.request('GET', objectPath(resource, manifest.id), { ...options, accept: metadataAlone }),
          )
          if (object) keep(object, manifest)
        }),
      )
      return
    }
    const wanted = new Map(place.map(manifest => [manifest.id.name, manifest]))
    for (const object of await listMetadata({ api, resource, namespace: first.id.namespace, options })) {
      const manifest = wanted.get(object.metadata.name)
      if (manifest) keep(object, manifest)
    }
  }
  await Promise.all(groupByPlace(manifests).map(lookIn))
  return seen
}

const form = 'g=meta.k8s.io;v=v1'
/** What to accept in order to get one object without its content. */
export const metadataAlone = `application/json;as=PartialObjectMetadata;${form}`
const list = `application/json;as=PartialObjectMetadataList;${form}`

async function listMetadata({
  api,
  resource,
  namespace,
  options,
}: Pick<Connection, 'api'> & { resource: Resource; namespace: string | undefined; options: RequestOptions }) {
  const { items } = await listAll(api, collectionPath(resource, namespace), resource, {
    ...options,
    accept: list,
  })
  return items
}

/** Undefined for what is not there. */
export async function getOptional<Value>(get: () => Promise<Value>): Promise<Value | undefined> {
  try {
    return await get()
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return undefined
    throw error
  }
}

function groupByPlace(manifests: readonly Manifest[]): Manifest[][] {
  const places = new Map<string, Manifest[]>()
  for (const manifest of manifests) {
    const place = `${manifest.apiVersion} ${manifest.id.kind} ${manifest.id.namespace ?? ''}`
    const others = places.get(place)
    if (others) others.push(manifest)
    else places.set(place, [manifest])
  }
  return [...places.values()]
}

/** Who has set fields, how, in which version, and when last. */
export interface ManagedField {
  apiVersion?: string
  manager?: string
  operation?: string
  time?: string
}

function seenOf({ metadata }: KubeObject): Seen {
  const { managedFields = [] } = metadata as { managedFields?: ManagedField[] }
  const isOurs = ({ manager, operation }: ManagedField) => manager === fieldManager && operation === 'Apply'
  const others = managedFields.filter(entry => !isOurs(entry)).map(({ time = '' }) => time)
  return {
    uid: metadata.uid ?? '',
    resourceVersion: metadata.resourceVersion ?? '',
    generation: metadata.generation,
    labels: metadata.labels ?? {},
    annotations: metadata.annotations ?? {},
    deletedAt: metadata.deletionTimestamp,
    appliedAt: managedFields.find(isOurs)?.time,
    // In a form of the date that is ordered as text.
    othersAt: others.sort().at(-1),
  }
}
