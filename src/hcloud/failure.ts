/** Why a call has no answer of the kind that was asked for. */
export interface Failure {
  /** The HTTP status; 0 when there was no answer at all. */
  status: number
  /** Hetzner's word for it, such as `uniqueness_error`, or one of our own for what Hetzner has no word. */
  code: string
  message: string
  /** By the code: `fields` of `invalid_input`, `limits` of `resource_limit_exceeded`, `announcement`. */
  details?: FailureDetails
  /** The `X-Correlation-Id` of the answer, by which Hetzner's support finds it. */
  correlation?: string
}

export interface FailureDetails {
  fields?: { name?: string; messages?: string[] }[]
  limits?: { name?: string }[]
  announcement?: string
}

/** Our own words for what is no answer of the API. */
export const ownCodes = {
  /** The call did not leave this machine, or was refused before anything was read. */
  unreachable: 'unreachable',
  /** The connection ended, or time ran out, with the call possibly at work. */
  lost: 'lost',
  redirected: 'redirected',
  /** An error that is not in the form of the API. */
  strange: 'strange',
  /** `lo` itself does not want to make so many calls. */
  budget: 'budget',
} as const

/** Where the status alone tells enough. A 404 is not among them: that of a proxy is no word of the API. */
const codeOfStatus: Record<number, string> = {
  401: 'unauthorized',
  403: 'forbidden',
  429: 'rate_limit_exceeded',
  500: 'server_error',
  502: 'bad_gateway',
  503: 'unavailable',
  504: 'timeout',
}

/** What an error answer says; when it is not in Hetzner's form, which a proxy's is not, the status has to do. */
export function parseFailure(status: number, json: unknown): Failure {
  const { error } = (json ?? {}) as {
    error?: { code?: unknown; message?: unknown; details?: FailureDetails | null }
  }
  const byStatus = codeOfStatus[status] ?? (status >= 500 ? 'server_error' : ownCodes.strange)
  return {
    status,
    code: typeof error?.code === 'string' ? error.code : byStatus,
    message: typeof error?.message === 'string' ? error.message : `HTTP status ${status}`,
    ...(error?.details && { details: error.details }),
  }
}
