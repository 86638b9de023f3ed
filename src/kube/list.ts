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
  let limit: number | undefined = pageSize
  let next: string | undefined
  for (;;) {
    const query = { limit, ...options.query, continue: next }
    const page = await readPage(api, path, { ...options, query })
    // Paging took longer than the server remembers: from the beginning again, in one page, which cannot expire.
    if (page === 'expired') {
      items.length = 0
      limit = undefined
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
    const isPaging = options.query?.limit !== undefined && options.query.continue !== undefined
    if (error instanceof ApiError && error.status === 410 && isPaging) return 'expired'
    throw error
  }
}
