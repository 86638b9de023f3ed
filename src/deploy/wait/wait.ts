import { setMaxListeners } from 'node:events'
import type { Context } from '../../context.js'
import { LoError } from '../../errors.js'
import { ApiError } from '../../kube/api.js'
import { follow } from '../../kube/follow.js'
import { listAll } from '../../kube/list.js'
import type { KubeObject, ObjectId } from '../../kube/object.js'
import { collectionPath, type Resource } from '../../kube/resources.js'
import type { Manifest } from '../artifact/manifest.js'
import type { Connection } from '../connection.js'
import { isWatched, type Surroundings } from '../health/index.js'
import type { Cause, Unhealthy } from '../why/cause.js'
import { explain } from '../why/explain.js'
import { createBell } from './bell.js'
import { keepEvidence } from './evidence.js'
import { type Awaited, createHealthBoard } from './health-board.js'
import { hasEnded, planPlaces, type WatchedPlace } from './plan-wait.js'

export interface WaitRequest {
  /** What this deploy has applied. */
  own: readonly Manifest[]
  /** All Deployments of the cluster are waited for too. */
  includeDeployments: boolean
  /** Objects that were given up before: they are not waited for again. */
  isIgnored: (id: ObjectId) => boolean
  /** By `ctx.now`. */
  deadline: number
  /** When the deploy began, by the clock of the cluster. */
  since: Date
}

export interface HealthReport {
  ended: 'healthy' | 'failed' | 'timed-out'
  /** How many objects were waited for. */
  all: number
  unhealthy: Awaited[]
  causes: Cause[]
  /** Set when the API server did not answer at the end. */
  trouble?: string
}

/** What can be shown while it is waited. */
export interface HealthPicture {
  all: number
  unhealthy: Awaited[]
  causes: Cause[]
  trouble: string | undefined
}

type WaitContext = Pick<Context, 'now' | 'sleep' | 'signal'>

/** Until then most are healthy, and nobody needs an explanation. */
const explainAfter = 1500
const explainEvery = 1000
/** For first answers that are still on their way at the deadline. */
const mostOvertime = 5000

/**
 * Waits until all are healthy, or until waiting cannot help, or until the deadline. Reads with one list and one watch
 * for each kind, and asks for explanations only once it takes longer.
 */
export async function waitHealthy(
  request: WaitRequest,
  connection: Pick<Connection, 'api' | 'resources'>,
  ctx: WaitContext,
  onPicture: (picture: HealthPicture) => void,
): Promise<HealthReport> {
  const over = new AbortController()
  const signal = AbortSignal.any([ctx.signal, over.signal])
  setMaxListeners(0, signal)
  const bell = createBell(ctx)
  const own = request.own.filter(({ id }) => isWatched(id))
  const places = planPlaces(own, request.includeDeployments)
  const board = createHealthBoard({
    own: own.map(({ id }) => id),
    includeDeployments: request.includeDeployments,
    more: await lookAround(own, connection, signal),
    now: ctx.now,
    onChange: bell.ring,
  })
  const evidence = keepEvidence(connection, ctx, signal, bell.ring)
  const troubles = new Map<WatchedPlace, string>()
  const listed = new Set<WatchedPlace>()
  const start = ctx.now()
  let causes: Cause[] = []
  let explainedAt = Number.NEGATIVE_INFINITY
  let failedAt: number | undefined

  const followPlace = async (place: WatchedPlace) => {
    const resource = await connection.resources.find(place)
    if (!resource) {
      // Of a kind that is not there no object is.
      listed.add(place)
      bell.ring()
      return
    }
    await follow({
      api: connection.api,
      resource,
      ...(place.namespace !== undefined && { namespace: place.namespace }),
      take: place.take,
      onList: objects => {
        listed.add(place)
        board.setAll(place, objects)
        bell.ring()
      },
      onChange: board.set,
      onTrouble: error => {
        if (error) troubles.set(place, error.message)
        else troubles.delete(place)
        bell.ring()
      },
      sleep: ctx.sleep,
      signal,
    })
  }
  try {
    for (const place of places) {
      followPlace(place).catch(error => void (signal.aborted || bell.fail(explainRefusal(error, place))))
    }
    for (;;) {
      const unhealthy = board.unhealthy().filter(({ id }) => !request.isIgnored(id))
      const isKnown = listed.size === places.length
      const now = ctx.now()
      const isLate = now > request.deadline
      const hasFailed = isKnown && hasEnded(unhealthy, []) === 'failed'
      const isTime = isLate || hasFailed || (now - start > explainAfter && now - explainedAt > explainEvery)
      if (isKnown && unhealthy.length > 0 && isTime) {
        evidence.cover(namespacesOf(unhealthy), unhealthy.some(isCustom))
        causes = explain(
          { unhealthy: unhealthy as Unhealthy[], ...evidence.get(), since: request.since },
          connection.api.clock(),
        )
        // Explaining 500 objects takes its time: it may take a small part of all time only.
        explainedAt = ctx.now() + 20 * (ctx.now() - now)
      }
      const [trouble] = troubles.values()
      const ended = isKnown ? hasEnded(unhealthy, causes) : undefined
      const facts = { all: board.all().length, unhealthy, causes: ended === 'healthy' ? [] : causes, trouble }
      if (isKnown || trouble) onPicture(facts)
      // What is not known yet is no result: that takes a moment more, even where no time was given to wait.
      const isSettled = isKnown && (unhealthy.length === 0 || evidence.isLoaded())
      if (ended === 'failed') failedAt ??= now
      const isOvertime = now > Math.min(request.deadline, failedAt ?? Number.POSITIVE_INFINITY) + mostOvertime
      if (ended === 'healthy' || ((ended || isLate) && (isSettled || isOvertime))) {
        const { trouble: _none, ...rest } = facts
        return { ended: ended ?? 'timed-out', ...rest, ...(trouble && { trouble }) }
      }
      await bell.wait(isLate ? explainEvery : Math.min(explainEvery, request.deadline - now))
    }
  } finally {
    over.abort()
  }
}

function namespacesOf(unhealthy: Awaited[]): Set<string> {
  return new Set(unhealthy.flatMap(({ id }) => id.namespace ?? []))
}

const isCustom = ({ id: { group } }: Awaited) => group.includes('.') && !group.endsWith('.k8s.io')

/** What a rule needs to know besides the object: how the storage classes bind. */
async function lookAround(
  own: readonly Manifest[],
  { api, resources }: Pick<Connection, 'api' | 'resources'>,
  signal: AbortSignal,
): Promise<Surroundings> {
  if (!own.some(({ id }) => id.group === '' && id.kind === 'PersistentVolumeClaim')) return {}
  const resource = await resources.find({ apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass' })
  const classes = resource ? await listOptional(api, resource, signal) : []
  return {
    bindingModes: new Map(
      classes.map(({ metadata, volumeBindingMode }) => [metadata.name, String(volumeBindingMode)]),
    ),
  }
}

async function listOptional(
  api: Connection['api'],
  resource: Resource,
  signal: AbortSignal,
): Promise<KubeObject[]> {
  try {
    return (await listAll(api, collectionPath(resource), resource, { signal })).items
  } catch (error) {
    if (error instanceof ApiError && error.status === 403) return []
    throw error
  }
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
