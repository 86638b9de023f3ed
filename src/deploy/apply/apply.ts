import pLimit from 'p-limit'
import type { Context } from '../../context.js'
import { LoError } from '../../errors.js'
import type { ApplyOutcome } from '../../events.js'
import { ApiError } from '../../kube/api.js'
import { keyOf } from '../../kube/object.js'
import { persist } from '../../kube/persist.js'
import type { Manifest } from '../artifact/manifest.js'
import type { Connection } from '../connection.js'
import { applyUntilSettled } from './apply-until-settled.js'
import { claimsNothing } from './claims-nothing.js'
import { compareSeen, isExact, isProof } from './compare.js'
import { lookUp, type Seen } from './look-up.js'
import { planRuns } from './plan-stages.js'
import { recreate } from './recreate.js'
import { planRefusal, type Refusal } from './refusal.js'
import { settleAll } from './settle-all.js'

export interface ApplyOptions {
  forceConflicts: boolean
  forceRecreate: boolean
  /** Until when races and outages are waited for, by `ctx.now`. */
  deadline: number
  /** Whether an object is known to be as it was applied last, with the same text: then it is left alone. */
  isAsApplied?: ((manifest: Manifest, seen: Seen) => boolean) | undefined
}

/** What became of one object. A skipped one was not reached. */
export interface Applied {
  manifest: Manifest
  outcome: ApplyOutcome | 'failed' | 'skipped'
  refusal?: Refusal
  /** What there is of it now, when that is certainly what was applied, and nobody's change since. */
  exactly?: Seen
}

export type ApplyContext = Pick<Context, 'now' | 'sleep' | 'signal' | 'output'>

/** What is known so far. */
export interface Work {
  /** When it began, by the clock of the API server. */
  since: Date
  applied: Set<Manifest>
  /** Of those, what did not have to be applied. */
  spared: Set<Manifest>
  refusals: Map<Manifest, Refusal>
  options: ApplyOptions
  connection: Connection
  before: Map<string, Seen>
}

/**
 * Applies manifests stage by stage. A stage that fails ends it: what comes after stands on it. Never throws for what
 * the cluster refuses, for an outage, nor for an interrupt: the answer says what became of each object.
 */
export async function applyManifests(
  manifests: readonly Manifest[],
  options: ApplyOptions,
  connection: Connection,
  ctx: ApplyContext,
): Promise<Applied[]> {
  const work: Work = {
    since: connection.api.clock(),
    applied: new Set(),
    spared: new Set(),
    refusals: new Map(),
    options,
    connection,
    before: new Map(),
  }
  try {
    const look = () => lookUp(manifests, connection, { signal: ctx.signal })
    work.before = await persist(look, { ...ctx, deadline: options.deadline })
    await clearTerminating(manifests, work, ctx)
    spareNeedless(manifests, work)
    const open = manifests.filter(manifest => !work.applied.has(manifest))
    for (const side of work.refusals.size > 0 ? [] : planRuns(open)) {
      await applySideBySide(side, work, ctx)
      if (work.refusals.size > 0) break
    }
  } catch (error) {
    if (!ctx.signal.aborted) refuseAll(manifests, error, work)
  }
  return concludeFrom(work, manifests, await lookAgain(manifests, work, ctx))
}

function spareNeedless(manifests: readonly Manifest[], { applied, spared, before, options }: Work): void {
  for (const manifest of manifests) {
    const seen = before.get(keyOf(manifest.id))
    if (!seen || !(claimsNothing(manifest, seen) || options.isAsApplied?.(manifest, seen))) continue
    applied.add(manifest)
    spared.add(manifest)
  }
}

/** Something has failed that all depend on, such as the API server, or kubectl, which is gone. */
function refuseAll(manifests: readonly Manifest[], error: unknown, { applied, refusals }: Work): void {
  const isKnown = error instanceof ApiError || error instanceof LoError
  if (!isKnown) throw error
  for (const manifest of manifests) {
    if (applied.has(manifest) || refusals.has(manifest)) continue
    const { message } = error
    refusals.set(
      manifest,
      error instanceof ApiError ? planRefusal(manifest, error) : { reason: 'unexplained', message },
    )
  }
}

/** Applying to an object that is being deleted changes nothing for long: it has to be gone first. */
async function clearTerminating(
  manifests: readonly Manifest[],
  work: Work,
  ctx: ApplyContext,
): Promise<void> {
  const leaving = manifests.filter(({ id }) => work.before.get(keyOf(id))?.deletedAt)
  await settleAll(
    leaving.map(async manifest => {
      const seen = work.before.get(keyOf(manifest.id))!
      const refusal = await recreate(
        manifest,
        seen,
        { ...work.options, isLeaving: true },
        work.connection,
        ctx,
      )
      if (refusal) work.refusals.set(manifest, refusal)
      else work.before.delete(keyOf(manifest.id))
    }),
  )
}

/** As many as there are parts of one stage. */
const mostRuns = 4

async function applySideBySide(parts: Manifest[][], work: Work, ctx: ApplyContext): Promise<void> {
  const limit = pLimit(mostRuns)
  await settleAll(parts.map(part => limit(() => applyUntilSettled(part, work, ctx))))
}

/** After an interrupt nobody waits for long, and what kubectl had under way has to be found out, too. */
const lastLook = { timeout: 2000, patience: 5000 }

/** What there is now; undefined when that cannot be learned. */
async function lookAgain(
  manifests: readonly Manifest[],
  { applied, spared, connection }: Work,
  ctx: ApplyContext,
): Promise<Map<string, Seen> | undefined> {
  const isInterrupted = ctx.signal.aborted
  const touched = [...applied].filter(manifest => !spared.has(manifest))
  if (!isInterrupted && touched.length === 0) return new Map()
  const look = () =>
    isInterrupted
      ? lookUp(manifests, connection, { timeout: lastLook.timeout })
      : lookUp(touched, connection, { signal: ctx.signal })
  try {
    if (isInterrupted) return await look()
    return await persist(look, { ...ctx, deadline: ctx.now() + lastLook.patience })
  } catch (error) {
    if (error instanceof ApiError || ctx.signal.aborted) return undefined
    throw error
  }
}

function concludeFrom(
  { since, applied, spared, refusals, before }: Work,
  manifests: readonly Manifest[],
  after: Map<string, Seen> | undefined,
): Applied[] {
  return manifests.map(manifest => {
    const refusal = refusals.get(manifest)
    if (refusal) return { manifest, outcome: 'failed', refusal }
    const key = keyOf(manifest.id)
    const old = before.get(key)
    const now = spared.has(manifest) ? old : after?.get(key)
    const isApplied = applied.has(manifest) || isProof(old, now)
    if (!isApplied) return { manifest, outcome: 'skipped' }
    return {
      manifest,
      outcome: compareSeen(old, now, since),
      ...(now && isExact(old, now) && { exactly: now }),
    }
  })
}
