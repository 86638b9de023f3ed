import type { Action } from '../actions.js'
import type { Api } from '../api.js'
import type { Call } from '../call.js'
import { HcloudError } from '../hcloud-error.js'

export type Labels = Record<string, string>

/** What every resource of a project has. */
export interface Resource {
  id: number
  name: string
  labels: Labels
}

export interface ListOptions {
  /** Exactly this name. */
  name?: string
  /** https://docs.hetzner.cloud/reference/cloud#description/label-selector */
  selector?: string
}

/** How the API calls one kind of resource: in paths and lists, in an answer about one, and for people. */
export interface Kind {
  many: string
  one: string
  noun: string
}

/** The most that the API puts on a page. */
const perPage = 50

interface Page {
  meta: { pagination: { page: number; next_page: number | null } }
}

/** Everything on all pages of a list. Filters that the API does not know would be ignored by it: name them right. */
export async function listAll<Item>(
  api: Api,
  { many, noun }: Pick<Kind, 'many' | 'noun'>,
  query: Call['query'] = {},
): Promise<Item[]> {
  const items: Item[] = []
  for (let page: number | null = 1; page !== null; ) {
    const answer: Page = await api.call<Page>({
      kind: 'read',
      method: 'GET',
      path: `/${many}`,
      query: { ...query, page, per_page: perPage },
      about: `the list of ${noun}s`,
    })
    items.push(...((answer as unknown as Record<string, Item[]>)[many] ?? []))
    const next: number | null = answer.meta.pagination.next_page
    // A page that leads back would be read for ever.
    page = next !== null && next > page ? next : null
  }
  return items
}

/** What can be done with every kind of resource that has labels. */
export interface Collection<Item extends Resource> {
  /** All that match, oldest first. */
  list: (options?: ListOptions) => Promise<Item[]>
  /** Undefined when there is none with this id. */
  get: (id: number) => Promise<Item | undefined>
  /** Replaces the whole map of labels: https://docs.hetzner.cloud/reference/cloud#description/labels. */
  setLabels: (item: Pick<Item, 'id' | 'name'>, labels: Labels) => Promise<Item>
  /** The actions to wait for, if any; none when it was gone already. */
  remove: (item: Pick<Item, 'id' | 'name'>) => Promise<Action[]>
}

export function collectionOf<Item extends Resource>(api: Api, kind: Kind): Collection<Item> {
  const { many, one, noun } = kind
  const path = (id: number) => `/${many}/${id}`
  return {
    list: ({ name, selector } = {}) =>
      listAll<Item>(api, kind, { name, label_selector: selector, sort: 'id:asc' }),
    get: id =>
      unlessAbsent(async () => {
        const about = `${noun} ${id}`
        const answer = await api.call<Record<string, Item>>({
          kind: 'read',
          method: 'GET',
          path: path(id),
          about,
        })
        return answer[one]
      }),
    setLabels: async ({ id, name }, labels) => {
      const about = `the labels of ${noun} ${name}`
      const answer = await api.call<Record<string, Item>>({
        kind: 'change',
        method: 'PUT',
        path: path(id),
        body: { labels },
        about,
      })
      return answer[one]!
    },
    remove: async ({ id, name }) => {
      const answer = await unlessAbsent(() =>
        api.call<{ action?: Action } | undefined>({
          kind: 'delete',
          method: 'DELETE',
          path: path(id),
          about: `${noun} ${name}`,
        }),
      )
      return answer?.action ? [answer.action] : []
    },
  }
}

/** Absence alone becomes undefined; that nothing could be found out stays an error. */
async function unlessAbsent<Value>(ask: () => Promise<Value>): Promise<Value | undefined> {
  try {
    return await ask()
  } catch (error) {
    if (error instanceof HcloudError && error.verdict === 'absent') return undefined
    throw error
  }
}
