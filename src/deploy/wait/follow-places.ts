import type { Context } from '../../context.js'
import { LoError } from '../../errors.js'
import { ApiError } from '../../kube/api.js'
import { follow } from '../../kube/follow.js'
import { persist } from '../../kube/persist.js'
import type { Connection } from '../connection.js'
import type { Bell } from './bell.js'
import type { HealthBoard } from './health-board.js'
import type { WatchedPlace } from './plan-wait.js'

export interface Following {
  /** Whether each place has been looked at once. */
  isListed: () => boolean
  /** Why something is not heard of just now. */
  trouble: () => string | undefined
}

const lookForKindEvery = 1000

/** Keeps a board up to date with all places, and rings for whoever waits, also when it cannot. */
export function followPlaces(
  places: readonly WatchedPlace[],
  board: HealthBoard,
  bell: Bell,
  { api, resources }: Pick<Connection, 'api' | 'resources'>,
  ctx: Pick<Context, 'now' | 'sleep' | 'signal'>,
): Following {
  const { sleep, signal } = ctx
  const troubles = new Map<WatchedPlace, string>()
  const open = new Set<WatchedPlace>(places)
  const followPlace = async (place: WatchedPlace) => {
    const onTrouble = (error: ApiError | undefined) => {
      if (error) troubles.set(place, error.message)
      else troubles.delete(place)
      bell.ring()
    }
    const options = { ...ctx, deadline: Number.POSITIVE_INFINITY, onTrouble }
    const find = () => persist(() => resources.find(place), options)
    let resource = await find()
    while (!resource) {
      // Of a kind that is not there no object is. It may be about to come, though.
      open.delete(place)
      bell.ring()
      await sleep(lookForKindEvery, signal)
      resource = await find()
    }
    await follow({
      api,
      resource,
      ...(place.namespace !== undefined && { namespace: place.namespace }),
      take: place.take,
      onList: objects => {
        open.delete(place)
        board.setAll(place, objects)
        bell.ring()
      },
      onChange: board.set,
      onTrouble,
      sleep,
      signal,
    })
  }
  const start = (place: WatchedPlace) => {
    followPlace(place).catch(error => {
      if (signal.aborted) return
      const parts = isForbidden(error) ? splitByNamespace(place) : []
      if (parts.length === 0) return bell.fail(explainRefusal(error, place))
      for (const part of parts) open.add(part)
      open.delete(place)
      parts.forEach(start)
    })
  }
  places.forEach(start)
  return {
    isListed: () => open.size === 0,
    trouble: () => troubles.values().next().value,
  }
}

const isForbidden = (error: unknown) => error instanceof ApiError && error.status === 403

/** The right to see some namespaces is enough, where only objects in these count. */
function splitByNamespace({ namespaces = [], ...place }: WatchedPlace): WatchedPlace[] {
  return namespaces.map(namespace => ({ ...place, namespace }))
}

function explainRefusal(error: unknown, { kind, namespace }: WatchedPlace): unknown {
  if (!(error instanceof ApiError)) return error
  const where = namespace === undefined ? 'in all namespaces' : `in the namespace ${namespace}`
  const isDeployments = kind === 'Deployment' && namespace === undefined
  return new LoError('CLUSTER_REFUSED', `The health of ${kind}s ${where} cannot be watched.`, {
    detail: error.message,
    hint: isDeployments
      ? 'Use --wait target to wait for the objects of this deploy alone, or ask for the right to list and watch them.'
      : 'Ask for the right to list and watch them, or use --wait none.',
    cause: error,
  })
}
