import type { HealthProgress } from '../../events.js'
import { showId } from '../../kube/object.js'
import type { Redact } from '../artifact/redact.js'
import { formatCause } from '../why/format-cause.js'
import type { HealthPicture } from './wait.js'

/** What is waited for, as people read it: what is nearest to its end last. */
export function showPicture(
  { all, unhealthy, causes, trouble }: HealthPicture,
  redact: Redact,
  now: number,
): HealthProgress {
  return {
    all,
    pending: unhealthy.map(({ id, message, progress, since }) => ({
      object: showId(id),
      message: redact(message),
      ...(progress && { progress }),
      milliseconds: now - since,
    })),
    // What only repeats the state of an object stands in `pending` already.
    causes: causes.filter(({ reason }) => !isVague.has(reason)).map(cause => formatCause(cause).map(redact)),
    trouble,
  }
}

const isVague = new Set(['InProgress', 'NotFound', 'Unknown'])
