import type { Context } from '../context.js'
import { LoError } from '../errors.js'
import type { ApplyOutcome, HealthProgress } from '../events.js'
import { keyOf, showId } from '../kube/object.js'
import { type Applied, type ApplyOptions, applyManifests } from './apply/apply.js'
import { isDefinition } from './artifact/custom-kind.js'
import type { Manifest } from './artifact/manifest.js'
import type { Redact } from './artifact/redact.js'
import type { Connection } from './connection.js'
import { addLogs, type ExplainedCause } from './wait/logs.js'
import { showPicture } from './wait/show-picture.js'
import { type HealthReport, waitHealthy } from './wait/wait.js'

export interface PhaseOptions extends Pick<ApplyOptions, 'forceConflicts' | 'forceRecreate' | 'isAsApplied'> {
  /** Whose health is waited for at the end. */
  wait: 'all' | 'own' | 'none'
  /** Milliseconds, for the apply and for the wait each. */
  timeout: number
  /** By `keyOf`: what others have waited for, or will: it is not waited for here. */
  leftOut: ReadonlySet<string>
  redact: Redact
}

/** Told what happens, as it happens. */
export interface PhaseListener {
  applying: (step: 'definitions' | 'resources', objects: number) => void
  applied: (object: string, outcome: ApplyOutcome) => void
  waiting: () => void
  progressed: (progress: HealthProgress) => void
  waited: () => void
}

export interface ExplainedHealth extends Omit<HealthReport, 'causes'> {
  causes: ExplainedCause[]
  /** Why the health cannot be known at all, such as a missing right: it has `failed` then. */
  error?: LoError
}

/** How far it went: a definition that is not established in time is `unhealthy` with objects that were skipped. */
export interface Phased {
  end: 'done' | 'refused' | 'unhealthy' | 'interrupted'
  applied: Applied[]
  health?: ExplainedHealth
}

export type PhaseContext = Pick<Context, 'now' | 'sleep' | 'signal' | 'output'>

/**
 * Definitions, resources, health: the three phases in which objects come into a cluster. Never throws for what the
 * cluster refuses, nor for an interrupt.
 */
export async function runPhases(
  manifests: readonly Manifest[],
  options: PhaseOptions,
  tell: PhaseListener,
  connection: Connection,
  ctx: PhaseContext,
): Promise<Phased> {
  const since = connection.api.clock()
  const definitions = manifests.filter(isDefinition)
  const resources = manifests.filter(manifest => !isDefinition(manifest))
  const unreached = resources.map((manifest): Applied => ({ manifest, outcome: 'skipped' }))

  const first = await applyPhase(definitions, 'definitions', options, tell, connection, ctx)
  const begun = [...first, ...unreached]
  if (!isDone(first)) return { end: endOf(first), applied: begun }
  if (definitions.length > 0) {
    const own: PhaseOptions = { ...options, wait: 'own' }
    const established = await waitPhase(definitions, since, own, tell, connection, ctx)
    if (!established) return { end: 'interrupted', applied: begun }
    if (established.ended !== 'healthy') return { end: 'unhealthy', applied: begun, health: established }
    connection.resources.forget()
  }
  const applied = [...first, ...(await applyPhase(resources, 'resources', options, tell, connection, ctx))]
  if (!isDone(applied)) return { end: endOf(applied), applied }
  if (options.wait === 'none') return { end: 'done', applied }
  const health = await waitPhase(manifests, since, options, tell, connection, ctx)
  if (!health) return { end: 'interrupted', applied }
  return { end: health.ended === 'healthy' ? 'done' : 'unhealthy', applied, health }
}

const isDone = (applied: readonly Applied[]) =>
  applied.every(({ outcome }) => outcome !== 'failed' && outcome !== 'skipped')
const endOf = (applied: readonly Applied[]) =>
  applied.some(({ outcome }) => outcome === 'failed') ? 'refused' : 'interrupted'

async function applyPhase(
  manifests: Manifest[],
  step: 'definitions' | 'resources',
  { timeout, forceConflicts, forceRecreate, isAsApplied }: PhaseOptions,
  tell: PhaseListener,
  connection: Connection,
  ctx: PhaseContext,
): Promise<Applied[]> {
  if (manifests.length === 0) return []
  tell.applying(step, manifests.length)
  const options = { forceConflicts, forceRecreate, isAsApplied, deadline: ctx.now() + timeout }
  const applied = await applyManifests(manifests, options, connection, ctx)
  for (const { manifest, outcome } of applied) {
    if (outcome !== 'failed' && outcome !== 'skipped') tell.applied(showId(manifest.id), outcome)
  }
  return applied
}

/** Waits for what has been applied at `since`, by the clock of the cluster. Undefined when it was interrupted. */
export async function waitPhase(
  own: readonly Manifest[],
  since: Date,
  { wait, timeout, leftOut, redact }: PhaseOptions,
  tell: PhaseListener,
  connection: Pick<Connection, 'api' | 'resources'>,
  ctx: PhaseContext,
): Promise<ExplainedHealth | undefined> {
  tell.waiting()
  try {
    const report = await waitHealthy(
      {
        own,
        includeDeployments: wait === 'all',
        isIgnored: id => leftOut.size > 0 && leftOut.has(keyOf(id)),
        deadline: ctx.now() + timeout,
        since,
      },
      connection,
      ctx,
      picture => tell.progressed(showPicture(picture, redact, ctx.now())),
    )
    return { ...report, causes: await addLogs(report.causes, connection.api, redact, ctx.signal) }
  } catch (error) {
    if (ctx.signal.aborted) return undefined
    if (!(error instanceof LoError)) throw error
    return { ended: 'failed', all: own.length, unhealthy: [], causes: [], error }
  } finally {
    tell.waited()
  }
}
