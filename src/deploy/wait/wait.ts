import { setMaxListeners } from 'node:events'
import type { Context } from '../../context.js'
import { ApiError } from '../../kube/api.js'
import { listAll } from '../../kube/list.js'
import { keyOf, type ObjectId } from '../../kube/object.js'
import { persist } from '../../kube/persist.js'
import { collectionPath } from '../../kube/resources.js'
import type { Manifest } from '../artifact/manifest.js'
import type { Connection } from '../connection.js'
import { isWatched, type Surroundings } from '../health/index.js'
import type { Cause, Unhealthy } from '../why/cause.js'
import { explain } from '../why/explain.js'
import { createBell } from './bell.js'
import { keepEvidence } from './evidence.js'
import { followPlaces } from './follow-places.js'
import { type Awaited, createHealthBoard } from './health-board.js'
import { hasEnded, planPlaces } from './plan-wait.js'

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
/** What looking at all objects takes is to be a small part of the time, however often something changes. */
const restPerWork = 60
const restPerExplaining = 100
const longestRest = 1000
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
  const board = createHealthBoard({
    own: own.map(({ id }) => id),
    includeDeployments: request.includeDeployments,
    more: await lookAround(own, request.deadline, connection, { ...ctx, signal }),
    mayBeGone: isAmong(own.filter(isPassingJob)),
    now: ctx.now,
    onChange: bell.ring,
  })
  const evidence = keepEvidence(connection, ctx, signal, bell.ring)
  const start = ctx.now()
  let causes: Cause[] = []
  let explainAt = start + explainAfter
  let failedAt: number | undefined
  let wasInTrouble = false
  let answersSince: Date | undefined
  try {
    const places = planPlaces(own, request.includeDeployments)
    const following = followPlaces(places, board, bell, connection, { ...ctx, signal })
    for (;;) {
      const unhealthy = board.unhealthy().filter(({ id }) => !request.isIgnored(id))
      const now = ctx.now()
      const trouble = following.trouble()
      if (wasInTrouble && !trouble) answersSince = connection.api.clock()
      wasInTrouble = trouble !== undefined
      const isKnown = following.isListed()
      const isUrgent = now > request.deadline || hasEnded(unhealthy, []) === 'failed'
      if (isKnown && unhealthy.length > 0 && (isUrgent || now > explainAt)) {
        evidence.cover(namespacesOf(unhealthy), unhealthy.some(isCustom))
        const times = { since: request.since, answersSince }
        const known = { unhealthy: unhealthy as Unhealthy[], ...evidence.get(), ...times }
        causes = explain(known, connection.api.clock())
        // Explaining 500 objects takes its time. What is said without evidence is to be said better soon.
        const pause = evidence.isLoaded() ? restPerExplaining * (ctx.now() - now) : 0
        explainAt = ctx.now() + explainEvery + pause
      }
      const ended = isKnown ? hasEnded(unhealthy, causes) : undefined
      if (ended === 'healthy') causes = []
      if (ended === 'failed') failedAt ??= now
      const facts = { all: board.all().length, unhealthy, causes }
      // Before the evidence is there, a cause only repeats the state of its object.
      if (isKnown || trouble) onPicture({ ...facts, trouble, causes: evidence.isLoaded() ? causes : [] })
      // What is not known yet is no result: that takes a moment more, even where no time was given to wait.
      const end = Math.min(request.deadline, failedAt ?? Number.POSITIVE_INFINITY)
      const isSettled = (isKnown && evidence.isLoaded()) || now > end + mostOvertime
      if (ended === 'healthy' || (now >= end && isSettled)) {
        return { ended: ended ?? 'timed-out', ...facts, ...(trouble && { trouble }) }
      }
      const rest = Math.min(longestRest, restPerWork * (ctx.now() - now))
      // Few objects are looked at in no time, and are to be seen as soon as they are ready.
      if (rest > 1) await ctx.sleep(rest, signal)
      await bell.wait(now >= end ? explainEvery : Math.min(explainEvery, end - now))
    }
  } finally {
    over.abort()
  }
}

/** One that is removed when it is done: https://kubernetes.io/docs/concepts/workloads/controllers/ttlafterfinished/ */
const isPassingJob = ({ id, text }: Manifest) =>
  id.group === 'batch' && id.kind === 'Job' && text.includes('ttlSecondsAfterFinished')

function isAmong(manifests: readonly Manifest[]): (id: ObjectId) => boolean {
  const keys = new Set(manifests.map(({ id }) => keyOf(id)))
  return id => keys.has(keyOf(id))
}

function namespacesOf(unhealthy: Awaited[]): Set<string> {
  return new Set(unhealthy.flatMap(({ id }) => id.namespace ?? []))
}

const isCustom = ({ id: { group } }: Awaited) => group.includes('.') && !group.endsWith('.k8s.io')

/** What a rule needs to know besides the object: how the storage classes bind. A help, not a condition. */
async function lookAround(
  own: readonly Manifest[],
  deadline: number,
  { api, resources }: Pick<Connection, 'api' | 'resources'>,
  ctx: WaitContext,
): Promise<Surroundings> {
  if (!own.some(({ id }) => id.group === '' && id.kind === 'PersistentVolumeClaim')) return {}
  const list = async () => {
    const resource = await resources.find({ apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass' })
    const { signal } = ctx
    return resource ? (await listAll(api, collectionPath(resource), resource, { signal })).items : []
  }
  try {
    const classes = await persist(list, { ...ctx, deadline })
    const modes = classes.map(({ metadata, volumeBindingMode }): [string, string] => [
      metadata.name,
      String(volumeBindingMode),
    ])
    return { bindingModes: new Map(modes) }
  } catch (error) {
    if (error instanceof ApiError) return {}
    throw error
  }
}
