import { type ErrorCode, LoError } from '../errors.js'
import type { Call } from './call.js'
import { type Failure, ownCodes } from './failure.js'
import { planRetry, type Verdict } from './retry-policy.js'

/** A call that failed, with what that means for whoever has made it. */
export class HcloudError extends LoError {
  readonly failure: Failure
  readonly verdict: Verdict

  constructor(failure: Failure, call: Call, { attempts = 1 }: { attempts?: number } = {}) {
    super(codeOf(failure), `${sentence(call)}: ${failure.message} (${failure.code}).`, {
      detail: detailOf(failure, call, attempts),
      hint: nextStep(failure),
    })
    this.failure = failure
    this.verdict = planRetry(failure, call).verdict
  }
}

const verbs = { read: 'Reading', create: 'Creating', change: 'Changing', delete: 'Deleting' } as const

function sentence({ kind, about }: Call): string {
  return `${verbs[kind]} ${about} failed`
}

function codeOf({ status, code }: Failure): ErrorCode {
  if (['unauthorized', 'token_readonly', 'forbidden'].includes(code)) return 'TOKEN_REFUSED'
  return status === 0 && code !== ownCodes.budget ? 'CLOUD_UNREACHABLE' : 'CLOUD_REFUSED'
}

function detailOf(failure: Failure, { method, path }: Call, attempts: number): string {
  const { status, code, details, correlation } = failure
  const fields = (details?.fields ?? []).map(
    ({ name, messages = [] }) => `field ${name}: ${messages.join(', ') || 'not accepted'}`,
  )
  const limits = (details?.limits ?? []).map(({ name }) => `limit: ${name}`)
  return [
    `${method} ${path}: ${status > 0 ? `HTTP ${status} ` : ''}${code}`,
    ...fields,
    ...limits,
    ...(details?.announcement ? [`announcement: ${details.announcement}`] : []),
    ...(attempts > 1 ? [`attempts: ${attempts}`] : []),
    ...(correlation ? [`X-Correlation-Id: ${correlation}`] : []),
  ].join('\n')
}

const again = 'Run the same command again: it goes on where this one stopped.'

const nextSteps: Record<string, string> = {
  unauthorized:
    'HCLOUD_TOKEN is not accepted: make a token with Read & Write in the project, under Security.',
  token_readonly: 'HCLOUD_TOKEN may only read: make one with Read & Write in the project, under Security.',
  forbidden: 'HCLOUD_TOKEN needs Read & Write: make such a token in the project, under Security.',
  maintenance: `Hetzner works on this; see https://status.hetzner.com. ${again}`,
  resource_limit_exceeded: `Ask for a higher limit in the Hetzner Console, under Limits. ${again}`,
  not_found: `It has been removed meanwhile. ${again}`,
  method_not_allowed: 'This lo is too old for the API: update it.',
  deprecated_api_endpoint: 'This lo is too old for the API: update it.',
  json_error: 'This is a bug in lo: please report it.',
  uniqueness_error: 'Remove or rename what has the name, or choose another metadata.name.',
  resource_unavailable: 'Name more types or another location in the spec: they are tried in order.',
  placement_error: 'Name more types or another location in the spec: they are tried in order.',
  protected: 'Remove the protection in the Hetzner Console if it should go, then run the same command again.',
  [ownCodes.unreachable]: `Look whether this machine reaches https://api.hetzner.cloud. ${again}`,
  [ownCodes.redirected]: 'lo sends the token nowhere else. Look for a proxy between here and the API.',
  [ownCodes.budget]: 'This is a bug in lo, or a very large cluster: please report it.',
}

function nextStep({ code }: Failure): string {
  return nextSteps[code] ?? again
}
