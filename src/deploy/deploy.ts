import { type LoError, messageOf } from '../errors.js'
import type { DeployOutcome } from '../events.js'
import { ApiError } from '../kube/api.js'
import { keyOf } from '../kube/object.js'
import type { Applied } from './apply/apply.js'
import { createMarks } from './apply/mark.js'
import type { Manifest } from './artifact/manifest.js'
import type { Redact } from './artifact/redact.js'
import type { Connection } from './connection.js'
import {
  type ExplainedHealth,
  type PhaseContext,
  type Phased,
  type PhaseListener,
  type PhaseOptions,
  runPhases,
  waitPhase,
} from './phases.js'
import { type DeployRecord, type TargetRecord, writeRecord } from './record.js'
import { findRival } from './rival.js'

/** One target, ready to be applied: all is read, checked and located. */
export interface PlannedTarget {
  target: string
  manifests: Manifest[]
  digest: string
}

export interface DeployRequest {
  domain: string
  /** The domain whose cluster it is; another one for a deployment domain. */
  clusterDomain: string
  targets: PlannedTarget[]
  wait: 'all' | 'target' | 'none'
  /** Milliseconds, for each target. */
  timeout: number
  forceConflicts: boolean
  forceRecreate: boolean
  commit: string | undefined
  /** Undefined when what is applied is not all of the targets, and so is no news about them. */
  record: DeployRecord | undefined
  /** Of the API server; undefined when it does not tell. */
  version: string | undefined
  redact: Redact
}

/** What became of one target. */
export interface TargetResult {
  target: string
  digest: string
  outcome: DeployOutcome
  applied: Applied[]
  health?: ExplainedHealth
  /** Why it has failed, when it is not what became of its objects. */
  error?: LoError
  milliseconds: number
}

/**
 * Applies targets one after the other. A target that is refused ends the deploy. One that is not healthy does not:
 * the next may be what it waits for, so it gets a second look at the end. After an interrupt the answer still says
 * what was done.
 */
export async function deployTargets(
  request: DeployRequest,
  connection: Connection,
  ctx: PhaseContext,
): Promise<TargetResult[]> {
  const results: TargetResult[] = []
  const givenUp = new Set<string>()
  const note = takeNotes(request, connection, ctx)
  for (const [index, planned] of request.targets.entries()) {
    // As they are now they are none of this deploy's business: it is about to change them.
    const later = request.targets
      .slice(index + 1)
      .flatMap(({ manifests }) => manifests.map(({ id }) => keyOf(id)))
    const isOver = ctx.signal.aborted || results.some(({ outcome }) => outcome === 'failed')
    const result = isOver
      ? skip(planned)
      : await deployTarget(
          planned,
          request,
          { leftOut: new Set([...givenUp, ...later]), note },
          connection,
          ctx,
        )
    for (const { id } of result.health?.unhealthy ?? []) givenUp.add(keyOf(id))
    results.push(result)
    report(result, ctx)
  }
  return givenUp.size === 0 || ctx.signal.aborted
    ? results
    : lookAgain(results, request, note, connection, ctx)
}

function skip({ target, digest, manifests }: PlannedTarget): TargetResult {
  const applied = manifests.map((manifest): Applied => ({ manifest, outcome: 'skipped' }))
  return { target, digest, outcome: 'skipped', applied, milliseconds: 0 }
}

async function deployTarget(
  planned: PlannedTarget,
  request: DeployRequest,
  { leftOut, note }: { leftOut: ReadonlySet<string>; note: Note },
  connection: Connection,
  ctx: PhaseContext,
): Promise<TargetResult> {
  const { target, manifests, digest } = planned
  const start = ctx.now()
  const known = request.record?.[target]
  const marks =
    request.version === undefined
      ? undefined
      : createMarks({ known: known?.marks ?? '', digest, version: request.version })
  if (known?.digest !== digest || known.state === 'failed') await note(planned, 'applying')
  const options = { ...phaseOptions(request, leftOut), isAsApplied: marks?.has }
  const phased = await runPhases(manifests, options, listenerFor(target, ctx), connection, ctx)
  const { applied, health } = phased
  const ended = outcomeOf(phased)
  const rival = ended === 'skipped' ? undefined : await findRival(planned, request, connection.api)
  const error = rival ?? health?.error
  const outcome = error ? 'failed' : ended
  if (outcome !== 'skipped' && !rival) {
    const exact = applied.flatMap(({ manifest, exactly: seen }) => (seen ? [{ manifest, seen }] : []))
    const hasChanged = applied.some(({ outcome }) => outcome === 'created' || outcome === 'configured')
    await note(planned, outcome, { marks: marks?.write(exact), hasChanged })
  }
  const milliseconds = Math.round(ctx.now() - start)
  return {
    target,
    digest,
    outcome,
    applied,
    ...(health && { health }),
    ...(error && { error }),
    milliseconds,
  }
}

/** A definition that is not established leaves the rest out: that is no deploy which may still become healthy. */
function outcomeOf({ end, applied, health }: Phased): DeployOutcome {
  if (end === 'interrupted') return 'skipped'
  if (end === 'refused' || applied.some(({ outcome }) => outcome === 'skipped')) return 'failed'
  if (end === 'unhealthy') return 'unhealthy'
  return health ? 'healthy' : 'applied'
}

function phaseOptions(
  { wait, timeout, forceConflicts, forceRecreate, redact }: DeployRequest,
  leftOut: ReadonlySet<string>,
): PhaseOptions {
  const whose = wait === 'target' ? 'own' : wait
  return { wait: whose, timeout, forceConflicts, forceRecreate, leftOut, redact }
}

function listenerFor(target: string, { output }: PhaseContext): PhaseListener {
  return {
    applying: (step, objects) => output.event({ type: 'target-applying', target, step, objects }),
    applied: (object, outcome) => output.event({ type: 'object-applied', target, object, outcome }),
    waiting: () => output.event({ type: 'health-started', target }),
    progressed: progress => output.event({ type: 'health-progress', target, ...progress }),
    waited: () => output.event({ type: 'health-finished', target }),
  }
}

type Note = (
  planned: PlannedTarget,
  state: TargetRecord['state'],
  fresh?: { marks: string | undefined; hasChanged: boolean },
) => Promise<void>

/** The record is a help for `lo status`: where it may not be written, that is said once, and the deploy goes on. */
function takeNotes(
  { domain, commit, record }: DeployRequest,
  { api }: Connection,
  { output }: PhaseContext,
): Note {
  let isPossible = record !== undefined
  return async ({ target, digest }, state, fresh) => {
    if (!record || !isPossible) return
    const { marks, hasChanged } = fresh ?? { marks: record[target]?.marks, hasChanged: false }
    const noted = { digest, ...(commit && { commit }), state, ...(marks && { marks }) }
    try {
      await writeRecord(api, domain, target, noted, record, hasChanged)
    } catch (error) {
      isPossible = false
      const reason = `this deploy is not recorded in the cluster: ${messageOf(error)}`
      const isForbidden = error instanceof ApiError && error.status === 403
      output.event({ type: isForbidden ? 'notice' : 'warning', message: reason })
    }
  }
}

/** What was not healthy in time may have waited for a later target. */
async function lookAgain(
  results: readonly TargetResult[],
  request: DeployRequest,
  note: Note,
  connection: Connection,
  ctx: PhaseContext,
): Promise<TargetResult[]> {
  const isApplied = ({ outcome }: TargetResult) => outcome === 'healthy' || outcome === 'unhealthy'
  const first = results.findIndex(({ outcome }) => outcome === 'unhealthy')
  const hasLater = results.slice(first + 1).some(isApplied)
  const options = { ...phaseOptions(request, new Set()), timeout: 0 }
  const again: TargetResult[] = []
  for (const result of results) {
    if (result.outcome !== 'unhealthy' || !hasLater) {
      again.push(result)
      continue
    }
    const { target } = result
    const planned = request.targets.find(planned => planned.target === target)!
    const tell = listenerFor(target, ctx)
    const health = await waitPhase(planned.manifests, connection.api.clock(), options, tell, connection, ctx)
    if (health?.ended !== 'healthy') again.push({ ...result, ...(health && { health }) })
    else {
      await note(planned, 'healthy')
      const message = `${target} is healthy since a later target was applied: name it after that one to save the wait`
      ctx.output.event({ type: 'notice', message })
      again.push({ ...result, outcome: 'healthy', health })
    }
  }
  return again
}

function report({ target, outcome, applied, milliseconds }: TargetResult, { output }: PhaseContext): void {
  const count = (wanted: Applied['outcome']) => applied.filter(({ outcome }) => outcome === wanted).length
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
