import { ApiError, type KubeApi } from './api.js'
import type { KubeObject } from './object.js'

/** Where the API serves the objects of one kind. */
export interface Resource {
  apiVersion: string
  kind: string
  /** The name in paths, such as `deployments`. */
  plural: string
  isNamespaced: boolean
}

/**
 * The kinds that an API server knows. Asked for one API version at a time. What it has is remembered; what it does not
 * have, or did not answer, is asked again each time, since kinds come while a deploy waits for them.
 */
export interface Resources {
  /** Undefined when the server has no such kind now. */
  find: (object: Pick<KubeObject, 'apiVersion' | 'kind'>) => Promise<Resource | undefined>
  /** Asks again from now on, since kinds may have changed or gone. */
  forget: () => void
}

export function createResources(api: KubeApi, signal?: AbortSignal): Resources {
  const known = new Map<string, Promise<Map<string, Resource>>>()
  return {
    find: async ({ apiVersion, kind }) => {
      const asked = known.get(apiVersion) ?? discover(api, apiVersion, signal)
      known.set(apiVersion, asked)
      const kinds = await asked.catch(() => undefined)
      if (!kinds?.has(kind) && known.get(apiVersion) === asked) known.delete(apiVersion)
      return (kinds ?? (await asked)).get(kind)
    },
    forget: () => known.clear(),
  }
}

interface ResourceList {
  resources?: { name: string; kind: string; namespaced: boolean }[]
}

async function discover(
  api: KubeApi,
  apiVersion: string,
  signal: AbortSignal | undefined,
): Promise<Map<string, Resource>> {
  try {
    const list = await api.request<ResourceList>('GET', rootOf(apiVersion), signal && { signal })
    // Subresources such as `deployments/scale` have kinds of their own.
    const served = (list.resources ?? []).filter(({ name }) => !name.includes('/'))
    return new Map(
      served.map(({ name, kind, namespaced }) => [
        kind,
        { apiVersion, kind, plural: name, isNamespaced: namespaced },
      ]),
    )
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return new Map()
    throw error
  }
}

function rootOf(apiVersion: string): string {
  return apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`
}

/** The path of all objects of a kind, or of those in one namespace. */
export function collectionPath({ apiVersion, plural }: Resource, namespace?: string): string {
  const within = namespace === undefined ? '' : `/namespaces/${encodeURIComponent(namespace)}`
  return `${rootOf(apiVersion)}${within}/${plural}`
}

export function objectPath(
  resource: Resource,
  { name, namespace }: { name: string; namespace?: string },
): string {
  return `${collectionPath(resource, namespace)}/${encodeURIComponent(name)}`
}
