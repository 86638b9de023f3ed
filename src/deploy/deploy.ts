import type { Context } from '../context.js'
import type { DeployOutcome } from '../events.js'
import type { ObjectId } from '../kube/object.js'
import { keyOf, showId } from '../kube/object.js'
import { type Applied, applyManifests } from './apply/apply.js'
import { isDefinition } from './artifact/custom-kind.js'
import type { Manifest } from './artifact/manifest.js'
import type { Redact } from './artifact/redact.js'
import type { Connection } from './connection.js'
import { type DeployRecord, type TargetRecord, writeRecord } from './record.js'
import { addLogs, type ExplainedCause } from './wait/logs.js'
import { showPicture } from './wait/show-picture.js'
import { type HealthReport, waitHealthy } from './wait/wait.js'

/** One target, ready to be applied: all is read, checked and located. */
export interface PlannedTarget {
  target: string
  manifests: Manifest[]
  digest: string
}

export interface DeployRequest {
  domain: string
  targets: PlannedTarget[]
  wait: 'all' | 'target' | 'none'
  /** Milliseconds, for each target. */
  timeout: number
  forceConflicts: boolean
  forceRecreate: boolean
  commit: string | undefined
  /** Undefined when what is applied is not all of the targets, and so is no news about them. */
  record: DeployRecord | undefined
  redact: Redact
}

/** What became of one target. */
export interface TargetResult {
  target: string
  digest: string
  outcome: DeployOutcome
  applied: Applied[]
  health?: Omit<HealthReport, 'causes'> & { causes: ExplainedCause[] }
  milliseconds: number
}

type DeployContext = Pick<Context, 'now' | 'sleep' | 'signal' | 'output'>

/**
 * Applies targets one after the other: definitions, resources, health. A target that is refused ends the deploy. One
 * that is not healthy does not: the next may be what it waits for, so it gets a second look at the end. After an
 * interrupt the answer still says what was done.
 */
export async function deployTargets(
  request: DeployRequest,
  connection: Connection,
  ctx: DeployContext,
): Promise<TargetResult[]> {
  const results: TargetResult[] = []
  const givenUp = new Set<string>()
  for (const planned of request.targets) {
    const isOver = ctx.signal.aborted || results.some(({ outcome }) => outcome === 'failed')
    const result = isOver ? skip(planned) : await deployTarget(planned, request, givenUp, connection, ctx)
    for (const { id } of result.health?.unhealthy ?? []) givenUp.add(keyOf(id))
    results.push(result)
    report(result, ctx)
  }
  return givenUp.size === 0 || ctx.signal.aborted ? results : lookAgain(results, request, connection, ctx)
}

function skip({ target, digest, manifests }: PlannedTarget): TargetResult {
  const applied = manifests.map((manifest): Applied => ({ manifest, outcome: 'skipped' }))
  return { target, digest, outcome: 'skipped', applied, milliseconds: 0 }
}

async function deployTarget(
  planned: PlannedTarget,
  request: DeployRequest,
  givenUp: Set<string>,
  connection: Connection,
  ctx: DeployContext,
): Promise<TargetResult> {
  const { target, manifests, digest } = planned
  const start = ctx.now()
  const note = (state: TargetRecord['state']) => noteState(planned, state, request, connection, ctx)
  const finish = async (outcome: DeployOutcome, applied: Applied[], health?: TargetResult['health']) => {
    if (outcome !== 'skipped') await note(outcome)
    const milliseconds = Math.round(ctx.now() - start)
    return { target, digest, outcome, applied, ...(health && { health }), milliseconds }
  }
  const isKnown = request.record?.[target]?.digest === digest && request.record[target].state !== 'failed'
  if (!isKnown) await note('applying')

  const definitions = manifests.filter(isDefinition)
  const resources = manifests.filter(manifest => !isDefinition(manifest))
  const unreached = resources.map((manifest): Applied => ({ manifest, outcome: 'skipped' }))
  const first = await applyPhase(definitions, 'definitions', planned, request, connection, ctx)
  if (!isDone(first)) return finish(endOf(first), [...first, ...unreached])
  if (definitions.length > 0) {
    const established = await healthPhase(
      planned,
      definitions,
      { all: false, givenUp },
      request,
      connection,
      ctx,
    )
    if (!established) return finish('skipped', [...first, ...unreached])
    if (established.ended !== 'healthy') return finish('failed', [...first, ...unreached], established)
    connection.resources.forget()
  }
  const applied = [...first, ...(await applyPhase(resources, 'resources', planned, request, connection, ctx))]
  if (!isDone(applied)) return finish(endOf(applied), applied)
  if (request.wait === 'none') return finish('applied', applied)
  const health = await healthPhase(
    planned,
    manifests,
    { all: request.wait === 'all', givenUp },
    request,
    connection,
    ctx,
  )
  if (!health) return finish('skipped', applied)
  return finish(health.ended === 'healthy' ? 'healthy' : 'unhealthy', applied, health)
}

const isDone = (applied: readonly Applied[]) =>
  applied.every(({ outcome }) => outcome !== 'failed' && outcome !== 'skipped')
const endOf = (applied: readonly Applied[]) =>
  applied.some(({ outcome }) => outcome === 'failed') ? 'failed' : 'skipped'

async function applyPhase(
  manifests: Manifest[],
  step: 'definitions' | 'resources',
  { target }: PlannedTarget,
  { timeout, forceConflicts, forceRecreate }: DeployRequest,
  connection: Connection,
  ctx: DeployContext,
): Promise<Applied[]> {
  if (manifests.length === 0) return []
  ctx.output.event({ type: 'target-applying', target, step, objects: manifests.length })
  const options = { forceConflicts, forceRecreate, deadline: ctx.now() + timeout }
  const applied = await applyManifests(manifests, options, connection, ctx)
  for (const { manifest, outcome } of applied) {
    if (outcome === 'failed' || outcome === 'skipped') continue
    ctx.output.event({ type: 'object-applied', target, object: showId(manifest.id), outcome })
  }
  return applied
}

/** Undefined when it was interrupted. */
async function healthPhase(
  { target }: PlannedTarget,
  own: readonly Manifest[],
  { all, givenUp }: { all: boolean; givenUp: Set<string> },
  { timeout, redact }: DeployRequest,
  connection: Connection,
  ctx: DeployContext,
): Promise<TargetResult['health']> {
  const { api } = connection
  ctx.output.event({ type: 'health-started', target })
  try {
    const report = await waitHealthy(
      {
        own,
        includeDeployments: all,
        isIgnored: (id: ObjectId) => givenUp.has(keyOf(id)),
        deadline: ctx.now() + timeout,
        since: api.clock(),
      },
      connection,
      ctx,
      picture =>
        ctx.output.event({ type: 'health-progress', target, ...showPicture(picture, redact, ctx.now()) }),
    )
    return { ...report, causes: await addLogs(report.causes, api, redact, ctx.signal) }
  } catch (error) {
    if (ctx.signal.aborted) return undefined
    throw error
  } finally {
    ctx.output.event({ type: 'health-finished', target })
  }
}

/** The record is a help for `lo status`: where it may not be written, the deploy goes on. */
async function noteState(
  { target, digest }: PlannedTarget,
  state: TargetRecord['state'],
  { domain, commit, record }: DeployRequest,
  { api }: Connection,
  { output }: DeployContext,
): Promise<void> {
  if (!record) return
  try {
    await writeRecord(api, domain, target, { digest, ...(commit && { commit }), state }, record)
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    output.event({ type: 'warning', message: `this deploy is not recorded in the cluster: ${message}` })
  }
}

/** What was not healthy in time may have waited for a later target. */
async function lookAgain(
  results: TargetResult[],
  request: DeployRequest,
  connection: Connection,
  ctx: DeployContext,
): Promise<TargetResult[]> {
  const later = results.slice(results.findIndex(({ outcome }) => outcome === 'unhealthy') + 1)
  if (!later.some(({ outcome }) => outcome === 'healthy' || outcome === 'unhealthy')) return results
  const again: TargetResult[] = []
  for (const result of results) {
    if (result.outcome !== 'unhealthy') {
      again.push(result)
      continue
    }
    const planned = request.targets.find(({ target }) => target === result.target)!
    const options = { all: request.wait === 'all', givenUp: new Set<string>() }
    const brief = { ...request, timeout: 0 }
    const health = await healthPhase(planned, planned.manifests, options, brief, connection, ctx)
    const isHealthy = health?.ended === 'healthy'
    if (isHealthy) {
      await noteState(planned, 'healthy', request, connection, ctx)
      ctx.output.event({
        type: 'notice',
        message: `${result.target} is healthy since a later target was applied; name it after that one to save the wait`,
      })
    }
    again.push({ ...result, ...(health && { health }), outcome: isHealthy ? 'healthy' : 'unhealthy' })
  }
  return again
}

function report({ target, outcome, applied, milliseconds }: TargetResult, { output }: DeployContext): void {
  const count = (wanted: string) => applied.filter(({ outcome }) => outcome === wanted).length
  output.event({
    type: 'target-deployed',
    target,
    outcome,
    created: count('created'),
    configured: count('configured'),
    unchanged: count('unchanged'),
    milliseconds,
  })
}
