import pLimit from 'p-limit'
import { keyOf } from '../../kube/object.js'
import type { Manifest } from '../artifact/manifest.js'
import type { ApplyContext, Work } from './apply.js'
import { applyRun, askRefusal, nameOf } from './apply-run.js'
import { migrateVersion } from './migrate.js'
import { recreate } from './recreate.js'
import { isRace, planUnexplained, type Refusal } from './refusal.js'

const pauses = [100, 250, 500, 1000, 2000]
/** How often kubectl may fail without a reason that the API server knows of. */
const mostUnexplained = 3

/**
 * Has kubectl apply manifests until all are applied, or what is left cannot be helped by waiting, or the time is over.
 * As soon as one cannot be helped, here or in a part beside this one, races are not waited for any more either.
 */
export async function applyUntilSettled(part: Manifest[], work: Work, ctx: ApplyContext): Promise<void> {
  const { applied, refusals, options, connection } = work
  const helped = new Set<Manifest>()
  const run = { force: options.forceConflicts, deadline: options.deadline, onApplied: keep(applied) }
  let open = part
  let unexplained = 0
  for (let round = 0; ; round++) {
    const { stderr, status } = await applyRun(open, run, connection, ctx)
    if (status === 0) return open.forEach(run.onApplied)

    const refused = await askRefusals(suspects(open, applied), work, ctx)
    for (const manifest of refused.keys()) applied.delete(manifest)
    const before = open.length
    open = open.filter(manifest => !applied.has(manifest))

    const hopeless = [...refused].filter(([, refusal]) => !isRace(refusal))
    const stuck = await helpAll(hopeless, helped, work, ctx)
    const isOver = stuck.length > 0 || refusals.size > 0 || ctx.now() > options.deadline
    if (isOver)
      for (const [manifest, refusal] of refused) if (isRace(refusal)) stuck.push([manifest, refusal])
    for (const [manifest, refusal] of stuck) refusals.set(manifest, refusal)

    const isSilent = refused.size === 0 && open.length === before
    unexplained = isSilent ? unexplained + 1 : 0
    if (unexplained === mostUnexplained)
      for (const manifest of open) refusals.set(manifest, planUnexplained(manifest, stderr))
    open = open.filter(manifest => !refusals.has(manifest))
    if (open.length === 0) return
    await ctx.sleep(pauses[Math.min(round, pauses.length - 1)]!)
  }
}

const keep = (applied: Set<Manifest>) => (manifest: Manifest) => void applied.add(manifest)

/** All that kubectl has not reported, and their namesakes in other namespaces: its lines do not tell them apart. */
function suspects(part: Manifest[], applied: Set<Manifest>): Manifest[] {
  const names = new Set(part.filter(manifest => !applied.has(manifest)).map(nameOf))
  return part.filter(manifest => names.has(nameOf(manifest)))
}

const mostQuestions = 16

/** Where there is no answer about the first, the others are not asked about. */
async function askRefusals(
  manifests: readonly Manifest[],
  { connection, options }: Work,
  ctx: ApplyContext,
): Promise<Map<Manifest, Refusal>> {
  const ask = (manifest: Manifest) => askRefusal(manifest, connection, options.forceConflicts, ctx)
  const [first, ...rest] = manifests
  const answer = first && (await ask(first))
  const limit = pLimit(mostQuestions)
  const answers =
    answer?.reason === 'unreachable'
      ? rest.map(() => answer)
      : await Promise.all(rest.map(manifest => limit(() => ask(manifest))))
  const refused = [answer, ...answers].map((refusal, index) => [manifests[index], refusal])
  return new Map(refused.filter(([, refusal]) => refusal) as [Manifest, Refusal][])
}

/** Answers with what cannot be helped, or has been helped already: who makes it again in the old way would win for ever. */
async function helpAll(
  refused: readonly [Manifest, Refusal][],
  helped: Set<Manifest>,
  work: Work,
  ctx: ApplyContext,
): Promise<[Manifest, Refusal][]> {
  const left = await Promise.all(
    refused.map(async ([manifest, refusal]): Promise<[Manifest, Refusal] | undefined> => {
      const help = helped.has(manifest) ? undefined : helpFor(manifest, refusal, work, ctx)
      if (!help) return [manifest, refusal]
      helped.add(manifest)
      const stuck = await help()
      return stuck && [manifest, stuck]
    }),
  )
  return left.filter(one => one !== undefined)
}

/** What can be done about a refusal: to delete what cannot be changed, so that it is made anew, only when asked for. */
function helpFor(
  manifest: Manifest,
  { reason }: Refusal,
  { connection, options, before }: Work,
  ctx: ApplyContext,
): (() => Promise<Refusal | undefined>) | undefined {
  if (reason === 'old-version') return () => migrateVersion(manifest, connection, ctx)
  const seen = before.get(keyOf(manifest.id))
  if (reason !== 'immutable' || !options.forceRecreate || !seen) return undefined
  return () => recreate(manifest, seen, { ...options, isLeaving: false }, connection, ctx)
}
