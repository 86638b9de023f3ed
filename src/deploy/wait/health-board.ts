import { isDeepStrictEqual } from 'node:util'
import { idOf, type KubeObject, keyOf, type ObjectId } from '../../kube/object.js'
import { type Health, health, type Surroundings } from '../health/index.js'
import type { Unhealthy } from '../why/cause.js'

/** One object that is waited for. */
export interface Awaited {
  id: ObjectId
  /** Applied by this deploy; others are Deployments that happen to be in the cluster. */
  isOwn: boolean
  state: Unhealthy['state'] | 'healthy'
  message: string
  progress?: { done: number; all: number }
  /** Waiting cannot help: by its nature, or because it has failed while it was watched. */
  isTerminal: boolean
  /** As it was last seen; not kept once it is healthy. */
  object?: KubeObject
  /** When its state was last another one, by the clock of the context. */
  since: number
}

/** What is known about all objects that are waited for. */
export interface HealthBoard {
  /** Takes in all objects of one place; what is awaited there and is not among them is missing. */
  setAll: (kind: Place, objects: KubeObject[]) => void
  set: (object: KubeObject, isGone: boolean) => void
  all: () => Awaited[]
  unhealthy: () => Awaited[]
}

/** The objects that one follower sees: those of a kind, in one namespace or in all. */
export interface Place {
  group: string
  kind: string
  namespace?: string
}

interface BoardOptions {
  own: readonly ObjectId[]
  /** Deployments that this deploy has not applied are awaited too, wherever they are. */
  includeDeployments: boolean
  more: Surroundings
  /** Whether an object that is not there may have done its work and be gone, as Jobs with a time to live are. */
  mayBeGone: (id: ObjectId) => boolean
  now: () => number
  /** Called when something that is shown has changed. */
  onChange: () => void
}

/** Everything awaited begins as missing, until its place has been listed. */
export function createHealthBoard({
  own,
  includeDeployments,
  more,
  mayBeGone,
  now,
  onChange,
}: BoardOptions): HealthBoard {
  const unseen = { state: 'missing', message: 'is not there', isTerminal: false } as const
  const board = new Map<string, Awaited>(
    own.map(id => [keyOf(id), { id, isOwn: true, ...unseen, since: now() }]),
  )
  const isForeign = ({ group, kind }: ObjectId) =>
    includeDeployments && group === 'apps' && kind === 'Deployment'

  const listed = new Set<string>()
  const put = (entry: Omit<Awaited, 'since'>) => {
    const key = keyOf(entry.id)
    const before = board.get(key)
    const since = before?.state === entry.state ? before.since : now()
    // What had failed before anybody looked may be mended by what has just been applied.
    const isNews = listed.has(key) && (before?.isTerminal === true || before?.state !== 'failed')
    const isTerminal = entry.isTerminal || (entry.state === 'failed' && isNews)
    listed.add(key)
    board.set(key, { ...entry, isTerminal, since })
    if (!before || !isDeepStrictEqual(shownOf(before), shownOf({ ...entry, isTerminal }))) onChange()
  }
  const putAbsent = ({ id, state }: Awaited, message: string) => {
    if (!mayBeGone(id)) put({ id, isOwn: true, ...unseen, message })
    else if (state !== 'failed')
      put({ id, isOwn: true, ...unseen, state: 'healthy', message: 'is done, and gone' })
  }
  const set = (object: KubeObject, isGone: boolean) => {
    const id = idOf(object)
    const known = board.get(keyOf(id))
    if (!known && !isForeign(id)) return
    if (!isGone) put({ id, isOwn: known?.isOwn ?? false, ...entryOf(object, more) })
    else if (known?.isOwn) putAbsent(known, 'has been deleted')
    else if (board.delete(keyOf(id))) onChange()
  }
  return {
    setAll: (place, objects) => {
      const present = new Set(objects.map(object => keyOf(idOf(object))))
      for (const [key, known] of board) {
        if (!isIn(known.id, place) || present.has(key)) continue
        if (known.isOwn) putAbsent(known, unseen.message)
        else board.delete(key)
      }
      for (const object of objects) set(object, false)
      onChange()
    },
    set,
    all: () => [...board.values()],
    unhealthy: () => [...board.values()].filter(({ state }) => state !== 'healthy'),
  }
}

function entryOf(object: KubeObject, more: Surroundings) {
  const { state, message, isTerminal = false, progress }: Health = health(object, more)
  return {
    state,
    message,
    isTerminal,
    ...(progress && { progress }),
    ...(state !== 'healthy' && { object }),
  }
}

const shownOf = ({ state, message, isTerminal }: Omit<Awaited, 'since'>) => ({ state, message, isTerminal })

function isIn(id: ObjectId, { group, kind, namespace }: Place): boolean {
  return id.group === group && id.kind === kind && (namespace === undefined || id.namespace === namespace)
}
