import { ApiError, type KubeApi, type RequestOptions } from './api.js'
import type { KubeObject } from './object.js'

interface Page {
  items?: KubeObject[]
  metadata?: { resourceVersion?: string; continue?: string }
}

export interface Listed {
  items: KubeObject[]
  /** Where a watch goes on from. */
  resourceVersion: string
}

const pageSize = 500

/**
 * All objects of a collection, page by page. `take` may trim each, or leave it out: so memory holds what is asked
 * for, whatever the size of the cluster. Items of a list come without `apiVersion` and `kind`; they are filled in.
 */
export async function listAll(
  api: KubeApi,
  path: string,
  type: Pick<KubeObject, 'apiVersion' | 'kind'>,
  options: RequestOptions = {},
  take: (object: KubeObject) => KubeObject | undefined = object => object,
): Promise<Listed> {
  const items: KubeObject[] = []
  let next: string | undefined
  for (;;) {
    const query = { limit: pageSize, ...options.query, continue: next }
    const page = await readPage(api, path, { ...options, query })
    // Paging took longer than the server remembers: the only way on is from the beginning.
    if (page === 'expired') {
      items.length = 0
      next = undefined
      continue
    }
    for (const item of page.items ?? []) {
      const taken = take({ ...item, apiVersion: type.apiVersion, kind: type.kind })
      if (taken) items.push(taken)
    }
    next = page.metadata?.continue || undefined
    if (next === undefined) return { items, resourceVersion: page.metadata?.resourceVersion ?? '' }
  }
}

async function readPage(api: KubeApi, path: string, options: RequestOptions): Promise<Page | 'expired'> {
  try {
    return await api.request<Page>('GET', path, options)
  } catch (error) {
    const isExpired =
      error instanceof ApiError && error.status === 410 && options.query?.continue !== undefined
    if (isExpired) return 'expired'
    throw error
  }
}
