import { isDeepStrictEqual } from 'node:util'
import type { ApplyOutcome } from '../../events.js'
import type { Seen } from './look-up.js'

/**
 * What applying since then, by the clock of the API server, has done to an object, told from what there was before and
 * after. Controllers write too: a new version alone does not mean that the apply has changed something.
 */
export function compareSeen(before: Seen | undefined, after: Seen | undefined, since: Date): ApplyOutcome {
  if (!before || (after && after.uid !== before.uid)) return 'created'
  if (!after) return 'configured'
  if (after.resourceVersion === before.resourceVersion) return 'unchanged'
  if (isTooClose(before, since)) return 'configured'
  return isDeepStrictEqual(factsOf(before), factsOf(after)) ? 'unchanged' : 'configured'
}

/**
 * Whether `lo` has changed the object in the same second before, so that the time of its last change tells nothing, and
 * neither does a generation, which few kinds have. A second more, since the clock of the server is an estimate.
 */
function isTooClose({ generation, appliedAt }: Seen, since: Date): boolean {
  return generation === undefined && appliedAt !== undefined && Date.parse(appliedAt) > since.getTime() - 2000
}

/** Whether `lo` has changed an object since, whatever kubectl had time to say. To the second, since that is all there is. */
export function isProof(before: Seen | undefined, after: Seen | undefined): boolean {
  if (!after?.appliedAt) return false
  return after.uid !== before?.uid || after.appliedAt !== before.appliedAt
}

/**
 * Whether an object that was applied in between is nobody else's work: applying has not changed it, or `lo` is who has
 * changed it last. To the second, so whoever has changed it in the same one counts as later.
 */
export function isExact(before: Seen | undefined, after: Seen): boolean {
  if (before?.uid === after.uid && before.resourceVersion === after.resourceVersion) return true
  const { appliedAt, othersAt } = after
  return appliedAt !== undefined && (othersAt === undefined || othersAt < appliedAt)
}

const factsOf = ({ generation, labels, annotations, appliedAt }: Seen) => ({
  generation,
  labels,
  annotations: Object.entries(annotations).filter(([name]) => !isControllers(name)),
  appliedAt,
})

/** Annotations in which controllers keep notes of their own. */
const isControllers = (name: string) => /^(deployment|pv|volume)\.(\w+\.)*kubernetes\.io\//.test(name)
