import type { Call } from './call.js'
import { type Failure, ownCodes } from './failure.js'

/** What a failure means for whoever has made the call. */
export type Verdict =
  /** It had no effect, or a second time does no harm: repeat it. */
  | 'retry'
  /** Nobody knows whether it has made something: look for that by its name, and only then repeat. */
  | 'reconcile'
  /** There is no such thing: a read reports that, a delete wants it, a change needs a new plan. */
  | 'absent'
  /** The name, or the key, belongs to something that exists. Never to be repeated. */
  | 'taken'
  /** It is as it should be already; whoever needs to be sure looks. */
  | 'satisfied'
  /** Not with this type in this location. Never to be repeated as it is. */
  | 'elsewhere'
  | 'stop'

export interface Plan {
  verdict: Verdict
  /** Milliseconds since the first failure of this call after which a retry is given up; 0 without one. */
  within: number
  /** `backoff`: 1 to 60 s, doubled, with jitter. `poll`: 1, 2, then 5 s, for what is known to pass soon. */
  rhythm: 'backoff' | 'poll'
}

const seconds = (count: number) => count * 1000

const satisfied = [
  'server_already_attached',
  'firewall_already_applied',
  'target_already_defined',
  'load_balancer_already_attached',
  'server_already_added',
  'source_port_already_used',
]

/** Without an id in the path, nothing but the route itself can be missing. */
const hasId = /\/\d+(\/|$)/

/** What another change on the same network, server or volume can make fail for a moment. */
const passingServiceErrors = /\/actions\/(attach|detach|attach_to_network|detach_from_network|delete_subnet)$/

/**
 * What to do about a failure. The table of codes is https://docs.hetzner.cloud/reference/cloud#description/errors;
 * which of them pass by themselves is what hcloud-go and the Terraform provider of Hetzner retry, and what users of
 * other tools have reported: a taken name that is tried in a loop gets an account closed.
 */
export function planRetry(failure: Failure, { kind, path }: Pick<Call, 'kind' | 'path'>): Plan {
  const stop: Plan = { verdict: 'stop', within: 0, rhythm: 'backoff' }
  const end = (verdict: Verdict): Plan => ({ ...stop, verdict })
  const retry = (within: number, rhythm: Plan['rhythm']): Plan => ({ verdict: 'retry', within, rhythm })
  const isDoubtful = kind === 'create'
  const { status, code } = failure

  if (satisfied.includes(code)) return kind === 'change' ? end('satisfied') : stop
  switch (code) {
    case 'uniqueness_error':
      return end('taken')
    case 'resource_unavailable':
    case 'placement_error':
      return end('elsewhere')
    case 'not_found':
      return kind !== 'create' && hasId.test(path) ? end('absent') : stop
    case 'rate_limit_exceeded':
    case 'maintenance':
      return retry(seconds(300), 'backoff')
    case 'locked':
      return retry(seconds(120), 'poll')
    case 'conflict':
      return isDoubtful ? end('reconcile') : retry(seconds(60), 'poll')
    case 'resource_in_use':
      return kind === 'delete' ? retry(seconds(60), 'poll') : stop
    case 'service_error':
      return passingServiceErrors.test(path) ? retry(seconds(60), 'poll') : stop
    case 'no_subnet_available':
    case 'ip_not_available':
      // A creation is refused for it before anything is made: it does no harm to ask for it again.
      return kind === 'change' || (kind === 'create' && status === 422) ? retry(seconds(15), 'poll') : stop
    case ownCodes.unreachable:
      return retry(seconds(60), 'backoff')
    case ownCodes.lost:
      return isDoubtful ? end('reconcile') : retry(seconds(120), 'backoff')
    default:
      if (status < 500) return stop
      return isDoubtful ? end('reconcile') : retry(seconds(180), 'backoff')
  }
}

const pollPauses = [1000, 2000, 5000]
const longestPause = 60_000

/**
 * Milliseconds before the attempt that follows `attempt` failed ones; `chance` is between 0 and 1. At least half of a
 * pause is certain: a jitter down to nothing would only spend calls.
 */
export function pauseAfter(attempt: number, rhythm: Plan['rhythm'], chance: number): number {
  if (rhythm === 'poll') return pollPauses[Math.min(attempt, pollPauses.length) - 1]!
  const full = Math.min(longestPause, 1000 * 2 ** (attempt - 1))
  return Math.max(1000, full * (0.5 + chance / 2))
}
