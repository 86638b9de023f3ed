import { invalid } from './refusal.js'

const mostPerPage = 50

export interface Page<Item> {
  items: Item[]
  meta: {
    pagination: {
      page: number
      per_page: number
      previous_page: number | null
      next_page: number | null
      last_page: number | null
      total_entries: number | null
    }
  }
}

/**
 * The page that a query asks for: https://docs.hetzner.cloud/reference/cloud#description/pagination. The API may say
 * null instead of how much there is in all; `hidesTotals` does.
 */
export function pageOf<Item>(
  items: readonly Item[],
  query: URLSearchParams,
  hidesTotals: boolean,
): Page<Item> {
  const page = numberOf(query, 'page', 1, Number.MAX_SAFE_INTEGER)
  const perPage = numberOf(query, 'per_page', 25, mostPerPage)
  const last = Math.max(1, Math.ceil(items.length / perPage))
  return {
    items: items.slice((page - 1) * perPage, page * perPage),
    meta: {
      pagination: {
        page,
        per_page: perPage,
        previous_page: page > 1 ? page - 1 : null,
        next_page: page < last ? page + 1 : null,
        last_page: hidesTotals ? null : last,
        total_entries: hidesTotals ? null : items.length,
      },
    },
  }
}

function numberOf(query: URLSearchParams, name: string, otherwise: number, most: number): number {
  const text = query.get(name)
  if (text === null) return otherwise
  if (!/^[1-9]\d*$/.test(text) || Number(text) > most) throw invalid(name, `must be between 1 and ${most}`)
  return Number(text)
}
