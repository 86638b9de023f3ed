import { checkBody } from './body.js'
import { checkLabels, parseSelector } from './labels.js'
import { pageOf } from './pages.js'
import { invalid, notFound, notUnique } from './refusal.js'
import type { Routes } from './route.js'
import type { Item, State } from './state.js'
import type { World } from './world.js'

/** How one kind of resource is found, named and shown. */
export interface Kind<One extends Item> {
  many: string
  one: string
  noun: string
  itemsOf: (state: State) => Map<number, One>
  render: (item: One, world: World) => Record<string, unknown>
  /** What a name may look like. */
  name: RegExp
  isNameUnique: boolean
  /** Other filters of its list than name and labels, by query parameter. */
  filters?: Record<string, (item: One, wanted: string[]) => boolean>
}

/** One that exists. */
export function find<One extends Item>(
  { itemsOf, noun }: Pick<Kind<One>, 'itemsOf' | 'noun'>,
  id: number,
  { state }: World,
): One {
  const item = itemsOf(state).get(id)
  if (!item) throw notFound(noun, id)
  return item
}

/** A name that a resource may take; `own` has it already. */
export function checkName<One extends Item>(
  { noun, name: form, isNameUnique, itemsOf }: Kind<One>,
  name: string,
  { state }: World,
  own?: One,
): string {
  if (!form.test(name)) throw invalid('name', 'is not valid')
  const isTaken = [...itemsOf(state).values()].some(item => item.name === name && item !== own)
  if (isNameUnique && isTaken) throw notUnique(noun)
  return name
}

/** What every new resource has: a number, and a name and labels that are checked. */
export function newItem<One extends Item>(
  kind: Kind<One>,
  body: { name?: unknown; labels?: unknown },
  world: World,
): Item {
  const name = checkName(kind, body.name as string, world)
  return { id: world.newId(), name, labels: checkLabels(body.labels), created: world.now() }
}

/** The routes that every kind has: list, one, change of name and labels. */
export function commonRoutes<One extends Item>(kind: Kind<One>): Routes {
  const { many, one, itemsOf, render, filters = {} } = kind
  return {
    [`GET /${many}`]: ({ query }, world) => {
      const matches = parseQuery<One>(query, filters)
      const items = sort([...itemsOf(world.state).values()].filter(matches), query)
      const page = pageOf(items, query, world.settings.hidesTotals)
      return {
        status: 200,
        body: { [many]: page.items.map(item => render(item, world)), meta: page.meta },
      }
    },
    [`GET /${many}/{id}`]: ({ id }, world) => ({
      status: 200,
      body: { [one]: render(find(kind, id, world), world) },
    }),
    [`PUT /${many}/{id}`]: ({ id, body }, world) => {
      const item = find(kind, id, world)
      const { name, labels } = checkBody(body, { name: 'text', labels: 'object' })
      const checked = name === undefined ? item.name : checkName(kind, name as string, world, item)
      if (labels !== undefined) item.labels = checkLabels(labels)
      item.name = checked
      return { status: 200, body: { [one]: render(item, world) } }
    },
  }
}

function parseQuery<One extends Item>(
  query: URLSearchParams,
  filters: NonNullable<Kind<One>['filters']>,
): (item: One) => boolean {
  const name = query.get('name')
  const selector = query.get('label_selector')
  const hasLabels = selector === null ? () => true : parseSelector(selector)
  const used = Object.entries(filters).filter(([parameter]) => query.has(parameter))
  return item =>
    (name === null || item.name === name) &&
    hasLabels(item.labels) &&
    used.every(([parameter, matches]) => matches(item, query.getAll(parameter)))
}

const sortable = ['id', 'name', 'created'] as const

function sort<One extends Item>(items: One[], query: URLSearchParams): One[] {
  const orders = query.getAll('sort').map(text => {
    const [field, direction = 'asc'] = text.split(':') as [(typeof sortable)[number], string?]
    if (!sortable.includes(field)) throw invalid('sort', `${text} is not known`)
    return { field, sign: direction === 'desc' ? -1 : 1 }
  })
  return items.sort((one, other) => {
    for (const { field, sign } of [...orders, { field: 'id' as const, sign: 1 }]) {
      if (one[field] !== other[field]) return one[field] < other[field] ? -sign : sign
    }
    return 0
  })
}
