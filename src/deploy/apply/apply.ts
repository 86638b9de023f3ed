import pLimit from 'p-limit'
import type { Context } from '../../context.js'
import type { ApplyOutcome } from '../../events.js'
import { keyOf } from '../../kube/object.js'
import type { Manifest } from '../artifact/manifest.js'
import type { Connection } from '../connection.js'
import { applyRun, askRefusal, nameOf } from './apply-run.js'
import { compareSeen } from './compare.js'
import { lookUp, type Seen } from './look-up.js'
import { planRuns } from './plan-stages.js'
import { recreate } from './recreate.js'
import { isRace, type Refusal } from './refusal.js'

export interface ApplyOptions {
  forceConflicts: boolean
  forceRecreate: boolean
  /** Until when races and outages are waited for, by `ctx.now`. */
  deadline: number
}

/** What became of one object. A skipped one was not reached. */
export interface Applied {
  manifest: Manifest
  outcome: ApplyOutcome | 'failed' | 'skipped'
  refusal?: Refusal
}

type ApplyContext = Pick<Context, 'now' | 'sleep' | 'signal' | 'output'>

/**
 * Applies manifests stage by stage. A stage that fails ends it: what comes after stands on it. Never throws for what
 * the cluster refuses, nor for an interrupt: the answer says what became of each object.
 */
export async function applyManifests(
  manifests: readonly Manifest[],
  options: ApplyOptions,
  connection: Connection,
  ctx: ApplyContext,
): Promise<Applied[]> {
  const applied = new Set<Manifest>()
  const refusals = new Map<Manifest, Refusal>()
  const before = await lookUp(manifests, connection, ctx.signal)
  const work = { applied, refusals, options, connection, before, said: [] as string[] }
  try {
    await clearTerminating(manifests, work, ctx)
    for (const side of refusals.size > 0 ? [] : planRuns(manifests)) {
      await applySideBySide(side, work, ctx)
      if (refusals.size > 0) break
    }
  } catch (error) {
    if (!ctx.signal.aborted) throw error
  }
  const after = ctx.signal.aborted ? before : await lookUp([...applied], connection, ctx.signal)
  return manifests.map(manifest => {
    const refusal = refusals.get(manifest)
    if (refusal) return { manifest, outcome: 'failed', refusal }
    if (!applied.has(manifest)) return { manifest, outcome: 'skipped' }
    const key = keyOf(manifest.id)
    return { manifest, outcome: compareSeen(before.get(key), after.get(key)) }
  })
}

interface Work {
  applied: Set<Manifest>
  refusals: Map<Manifest, Refusal>
  options: ApplyOptions
  connection: Connection
  before: Map<string, Seen>
}

/** Applying to an object that is being deleted changes nothing for long: it has to be gone first. */
async function clearTerminating(
  manifests: readonly Manifest[],
  work: Work,
  ctx: ApplyContext,
): Promise<void> {
  const leaving = manifests.filter(({ id }) => work.before.get(keyOf(id))?.isTerminating)
  await Promise.all(
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
  await Promise.all(parts.map(part => limit(() => applyUntilSettled(part, work, ctx))))
}

const pauses = [100, 250, 500, 1000, 2000]

/** Applies until all is applied, or what is left cannot be helped by waiting, or the time is over. */
async function applyUntilSettled(part: Manifest[], work: Work, ctx: ApplyContext): Promise<void> {
  const { applied, connection, options } = work
  let open = part
  for (let round = 0; ; round++) {
    const { stderr, status } = await applyRun(open, connection, options.forceConflicts, one =>
      applied.add(one),
    )
    if (status === 0) {
      for (const one of open) applied.add(one)
      return
    }
    const refused = await askRefusals(suspects(open, applied), work, ctx)
    for (const manifest of refused.keys()) applied.delete(manifest)
    open = open.filter(manifest => !applied.has(manifest))
    const isOver = ctx.now() > options.deadline
    const hopeless = [...refused].filter(([, refusal]) => isOver || !isRace(refusal))
    const stuck = await recreateImmutable(hopeless, work, ctx)
    // What nobody has anything against any more is tried again; not for ever, though.
    const silent = round >= pauses.length && refused.size === 0 ? open : []
    for (const [manifest, refusal] of stuck) work.refusals.set(manifest, refusal)
    for (const one of silent)
      work.refusals.set(one, { reason: 'invalid', message: firstLineAbout(one, stderr) })
    open = open.filter(manifest => !work.refusals.has(manifest))
    if (open.length === 0 || (isOver && refused.size > 0)) return
    connection.resources.forget()
    await ctx.sleep(pauses[Math.min(round, pauses.length - 1)]!)
  }
}

/** All that kubectl has not reported, and their namesakes in other namespaces: its lines do not tell them apart. */
function suspects(part: Manifest[], applied: Set<Manifest>): Manifest[] {
  const names = new Set(part.filter(manifest => !applied.has(manifest)).map(nameOf))
  return part.filter(manifest => names.has(nameOf(manifest)))
}

const mostQuestions = 16

async function askRefusals(
  manifests: Manifest[],
  { connection, options }: Work,
  ctx: ApplyContext,
): Promise<Map<Manifest, Refusal>> {
  const limit = pLimit(mostQuestions)
  const answers = await Promise.all(
    manifests.map(manifest => limit(() => askRefusal(manifest, connection, options.forceConflicts, ctx))),
  )
  return new Map(manifests.flatMap((manifest, index) => (answers[index] ? [[manifest, answers[index]]] : [])))
}

/** Deletes what cannot be changed, so that it is made anew, when that is asked for; answers with what is left. */
async function recreateImmutable(
  refused: [Manifest, Refusal][],
  { connection, options, before }: Work,
  ctx: ApplyContext,
): Promise<[Manifest, Refusal][]> {
  const left: [Manifest, Refusal][] = []
  for (const [manifest, refusal] of refused) {
    const seen = before.get(keyOf(manifest.id))
    if (refusal.reason !== 'immutable' || !options.forceRecreate || !seen) left.push([manifest, refusal])
    else {
      const stuck = await recreate(manifest, seen, { ...options, isLeaving: false }, connection, ctx)
      if (stuck) left.push([manifest, stuck])
    }
  }
  return left
}

/** kubectl's own words, where the API server says nothing against an object when asked. */
function firstLineAbout({ id }: Manifest, stderr: string): string {
  const lines = stderr.split('\n').filter(line => line.trim() !== '')
  return (
    lines.find(line => line.includes(id.name)) ??
    lines[0] ??
    'kubectl has not applied it, and does not say why'
  )
}
