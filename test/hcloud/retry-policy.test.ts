import { expect, it } from 'vitest'
import type { CallKind } from '../../src/hcloud/call.js'
import { pauseAfter, planRetry, type Verdict } from '../../src/hcloud/retry-policy.js'

/** A verdict for each kind of call: one for all, or one for each. */
type Verdicts = Verdict | Record<CallKind, Verdict>

const changing = (others: Verdict, create: Verdict): Verdicts => ({
  read: others,
  change: others,
  delete: others,
  create,
})
const retriedOrReconciled = changing('retry', 'reconcile')
const onlyOn = (kind: CallKind, verdict: Verdict): Verdicts => ({
  ...{ read: 'stop', create: 'stop', change: 'stop', delete: 'stop' },
  [kind]: verdict,
})

const onWrites = (verdict: Verdict): Verdicts => ({
  ...{ read: 'stop', create: verdict, change: verdict, delete: 'stop' },
})

const table: [status: number, code: string, verdicts: Verdicts, why: string][] = [
  [400, 'json_error', 'stop', 'it is a bug'],
  [401, 'unauthorized', 'stop', 'the token does not become valid'],
  [401, 'token_readonly', 'stop', 'the token does not get more rights'],
  [403, 'token_readonly', 'stop', 'the token does not get more rights'],
  [403, 'forbidden', 'stop', 'the token does not get more rights'],
  [403, 'maintenance', 'retry', 'it passes in minutes'],
  [403, 'resource_limit_exceeded', 'stop', 'only a person can have the limit raised'],
  [404, 'not_found', changing('absent', 'stop'), 'it is gone'],
  [405, 'method_not_allowed', 'stop', 'lo is too old'],
  [410, 'deprecated_api_endpoint', 'stop', 'lo is too old'],
  [409, 'uniqueness_error', 'taken', 'repeating it has got an account closed'],
  [409, 'conflict', retriedOrReconciled, 'something else changed it meanwhile'],
  [412, 'resource_unavailable', 'elsewhere', 'it is sold out there'],
  [422, 'invalid_input', 'stop', 'it stays invalid'],
  [422, 'service_error', 'stop', 'only some actions are known to recover'],
  [422, 'placement_error', 'elsewhere', 'there is no room for the group'],
  [422, 'unsupported_error', 'stop', 'it stays unsupported'],
  [422, 'invalid_server_type', 'stop', 'it stays invalid'],
  [422, 'server_not_stopped', 'stop', 'the server does not stop by itself'],
  [422, 'must_be_unassigned', 'stop', 'somebody has to unassign it'],
  [422, 'resource_in_use', onlyOn('delete', 'retry'), 'what uses it is going'],
  [422, 'server_already_attached', onlyOn('change', 'satisfied'), 'that was wanted'],
  [422, 'firewall_already_applied', onlyOn('change', 'satisfied'), 'that was wanted'],
  [422, 'target_already_defined', onlyOn('change', 'satisfied'), 'that was wanted'],
  [422, 'load_balancer_already_attached', onlyOn('change', 'satisfied'), 'that was wanted'],
  [422, 'server_already_added', onlyOn('change', 'satisfied'), 'that was wanted'],
  [412, 'source_port_already_used', onlyOn('change', 'satisfied'), 'that was wanted'],
  [422, 'no_subnet_available', onWrites('retry'), 'the subnet may be on its way'],
  [422, 'ip_not_available', onWrites('retry'), 'the address may be on its way back'],
  [504, 'ip_not_available', onlyOn('change', 'retry'), 'something may have been made'],
  [422, 'networks_overlap', 'stop', 'they keep overlapping'],
  [423, 'locked', 'retry', 'another action runs'],
  [423, 'protected', 'stop', 'a person has protected it'],
  [429, 'rate_limit_exceeded', 'retry', 'calls come back every second'],
  [500, 'server_error', retriedOrReconciled, 'it may have taken effect'],
  [502, 'bad_gateway', retriedOrReconciled, 'it may have taken effect'],
  [503, 'unavailable', retriedOrReconciled, 'it may have taken effect'],
  [504, 'timeout', retriedOrReconciled, 'it may have taken effect'],
  [0, 'lost', retriedOrReconciled, 'it may have taken effect'],
  [200, 'lost', retriedOrReconciled, 'it has probably taken effect'],
  [0, 'unreachable', 'retry', 'nothing has been sent'],
  [302, 'redirected', 'stop', 'the token goes nowhere else'],
  [404, 'strange', 'stop', 'a proxy knows nothing of what exists'],
  [418, 'something_new', 'stop', 'nobody knows what it means'],
  [599, 'something_new', retriedOrReconciled, 'it is of the server side'],
]

const kinds: CallKind[] = ['read', 'create', 'change', 'delete']
const rows = table.flatMap(([status, code, verdicts, why]) =>
  kinds.map(kind => ({
    status,
    code,
    kind,
    verdict: typeof verdicts === 'string' ? verdicts : verdicts[kind],
    why,
  })),
)

const plan = (
  status: number,
  code: string,
  kind: CallKind,
  path = kind === 'create' ? '/servers' : '/servers/42',
) => planRetry({ status, code, message: '' }, { kind, path })

it.each(rows)('$status $code on a $kind: $verdict, since $why', ({ status, code, kind, verdict }) => {
  expect(plan(status, code, kind).verdict).toBe(verdict)
})

it.each(
  rows.filter(({ verdict }) => verdict === 'retry'),
)('gives up on $status $code of a $kind within minutes', ({ status, code, kind }) => {
  const { within } = plan(status, code, kind)
  expect(within).toBeGreaterThanOrEqual(15_000)
  expect(within).toBeLessThanOrEqual(300_000)
})

it.each(['no_subnet_available', 'ip_not_available'])('waits 15 seconds for %s to pass', code => {
  for (const kind of ['create', 'change'] as const) expect(plan(422, code, kind).within).toBe(15_000)
})

it.each([
  'attach',
  'detach',
  'attach_to_network',
  'detach_from_network',
  'delete_subnet',
])('retries a service error of %s, which another change can cause', action => {
  expect(plan(422, 'service_error', 'change', `/servers/42/actions/${action}`).verdict).toBe('retry')
})

it('takes a list that is not found for a fault, not for an empty list', () => {
  expect(plan(404, 'not_found', 'read', '/servers').verdict).toBe('stop')
})

it.each([
  [1, 'backoff', 0, 1000],
  [1, 'backoff', 1, 1000],
  [3, 'backoff', 0, 2000],
  [3, 'backoff', 1, 4000],
  [20, 'backoff', 0, 30_000],
  [20, 'backoff', 1, 60_000],
  [1, 'poll', 0.5, 1000],
  [2, 'poll', 0.5, 2000],
  [3, 'poll', 0.5, 5000],
  [9, 'poll', 0.5, 5000],
] as const)('after %i failures (%s, chance %d) waits %i ms', (attempt, rhythm, chance, pause) => {
  expect(pauseAfter(attempt, rhythm, chance)).toBe(pause)
})
