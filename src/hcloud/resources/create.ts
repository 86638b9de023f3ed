import type { Action } from '../actions.js'
import type { Api } from '../api.js'
import type { Call } from '../call.js'
import { HcloudError } from '../hcloud-error.js'
import { type Collection, type Kind, type Labels, listAll, type Resource } from './collection.js'

/** What a creation gives: the resource as it is so far, and the actions to wait for before it is whole. */
export interface Made<Item> {
  item: Item
  actions: Action[]
  /** It stood there already: this call, or one before, has made it, and the answer was lost. Its actions are, too. */
  isAdopted: boolean
}

/** What every creation sends. */
export interface Named {
  name: string
  labels: Labels
}

type Answer<Item> = Record<string, Item> & {
  action?: Action | null
  actions?: Action[]
  next_actions?: Action[]
}

/** How often, and after how many milliseconds, is looked for what an unanswered call may have made. */
const looks = [1000, 2000, 4000]

/**
 * Makes a resource exactly once. When the answer is lost, or the name is taken, whatever has this name is looked at:
 * with the labels that were sent it is ours, without them it is somebody else's and stays untouched. Only when there is
 * nothing of the name is the call made once more: the API has no other guard against doubles.
 */
export async function createOnce<Item extends Resource>(
  api: Api,
  kind: Kind,
  body: Named,
): Promise<Made<Item>> {
  const call: Call = {
    kind: 'create',
    method: 'POST',
    path: `/${kind.many}`,
    body,
    about: `${kind.noun} ${body.name}`,
  }
  for (let mayRepeat = true; ; mayRepeat = false) {
    try {
      return madeOf(await api.call<Answer<Item>>(call), kind)
    } catch (error) {
      if (!(error instanceof HcloudError)) throw error
      if (error.verdict === 'taken') return adopt(await namesakes<Item>(api, kind, body), error, call)
      if (error.verdict !== 'reconcile') throw error
      for (const pause of looks) {
        await api.sleep(pause)
        const found = await namesakes<Item>(api, kind, body)
        if (found.length > 0) return adopt(found, error, call)
      }
      if (!mayRepeat) throw error
    }
  }
}

function madeOf<Item>(answer: Answer<Item>, { one }: Kind): Made<Item> {
  const { action, actions = [], next_actions = [] } = answer
  return {
    item: answer[one]!,
    actions: [...(action ? [action] : []), ...actions, ...next_actions],
    isAdopted: false,
  }
}

interface Namesake<Item> {
  item: Item
  isOurs: boolean
}

async function namesakes<Item extends Resource>(
  api: Api,
  kind: Kind,
  { name, labels }: Named,
): Promise<Namesake<Item>[]> {
  const items = await listAll<Item>(api, kind, { name })
  const isOurs = (item: Item) => Object.entries(labels).every(([key, value]) => item.labels[key] === value)
  return items.map(item => ({ item, isOurs: isOurs(item) }))
}

function adopt<Item extends Resource>(
  found: readonly Namesake<Item>[],
  error: HcloudError,
  call: Call,
): Made<Item> {
  const own = found.find(({ isOurs }) => isOurs)
  if (own) return { item: own.item, actions: [], isAdopted: true }
  const foreign = found[0]
  if (!foreign) throw error
  const message = `its name is taken by ${foreign.item.id}, which is not managed by this cluster; it stays untouched`
  throw new HcloudError({ ...error.failure, code: 'uniqueness_error', message }, call)
}

/** A collection in which something can be made. */
export interface Creatable<Item extends Resource, Wanted extends Named> extends Collection<Item> {
  /** Never makes a second one of the same name; see `createOnce`. */
  create: (wanted: Wanted) => Promise<Made<Item>>
}
