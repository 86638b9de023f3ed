/** Exit codes are part of the interface: documented, tested, never renumbered. */
export const exitCodes = { ok: 0, failed: 1, refused: 2, unhealthy: 3, interrupted: 130 } as const

const exitCodeOf = {
  USAGE: exitCodes.refused,
  PROJECT_MISSING: exitCodes.refused,
  NAME_INVALID: exitCodes.refused,
  DOMAIN_MISSING: exitCodes.refused,
  TARGET_MISSING: exitCodes.refused,
  SPEC_INVALID: exitCodes.refused,
  TOOL_MISSING: exitCodes.refused,
  CLUSTER_UNKNOWN: exitCodes.refused,
  CLUSTER_WRONG: exitCodes.refused,
  ARTIFACT_MISSING: exitCodes.refused,
  DEPLOY_REFUSED: exitCodes.refused,
  DRIVER_MISSING: exitCodes.refused,
  DRIVER_INVALID: exitCodes.refused,
  TOKEN_MISSING: exitCodes.refused,
  TOKEN_REFUSED: exitCodes.refused,
  PATH_OUTSIDE: exitCodes.refused,
  READ_FAILED: exitCodes.failed,
  TOOL_FAILED: exitCodes.failed,
  RENDER_FAILED: exitCodes.failed,
  FUNCTION_REFUSED: exitCodes.failed,
  ARTIFACT_REFUSED: exitCodes.failed,
  WRITE_FAILED: exitCodes.failed,
  BUILD_FAILED: exitCodes.failed,
  LINT_FAILED: exitCodes.failed,
  DOWNLOAD_FAILED: exitCodes.failed,
  CLUSTER_BUSY: exitCodes.failed,
  DRIVER_FAILED: exitCodes.failed,
  CLUSTER_UNREACHABLE: exitCodes.failed,
  CLUSTER_REFUSED: exitCodes.failed,
  APPLY_FAILED: exitCodes.failed,
  UNHEALTHY: exitCodes.unhealthy,
  BOOTSTRAP_FAILED: exitCodes.failed,
  CLOUD_UNREACHABLE: exitCodes.failed,
  CLOUD_REFUSED: exitCodes.failed,
  ACTION_FAILED: exitCodes.failed,
  PROVISION_FAILED: exitCodes.failed,
  DESTROY_FAILED: exitCodes.failed,
  KUBEHZ_FAILED: exitCodes.failed,
  TILT_FAILED: exitCodes.failed,
  INTERRUPTED: exitCodes.interrupted,
} as const

export type ErrorCode = keyof typeof exitCodeOf

/** One thing that is wrong in one file, as precisely as it is known. Lines and columns count from 1. */
export interface Problem {
  message: string
  /** Relative to the project's root. */
  file?: string
  line?: number
  column?: number
  /** The offending line as it stands in the file. */
  source?: string
  hint?: string
}

export interface LoErrorOptions {
  /** Evidence, possibly many lines: what the tool that failed said. */
  detail?: string
  /** What to do next, as one sentence or one command. */
  hint?: string
  problems?: Problem[]
  cause?: unknown
}

/** A failure the user can understand and act on. Anything else that is thrown is a bug in `lo`. */
export class LoError extends Error {
  override readonly name = 'LoError'
  readonly code: ErrorCode
  readonly detail: string | undefined
  readonly hint: string | undefined
  readonly problems: readonly Problem[]

  constructor(code: ErrorCode, message: string, { detail, hint, problems = [], cause }: LoErrorOptions = {}) {
    super(message, { cause })
    this.code = code
    this.detail = detail
    this.hint = hint
    this.problems = problems
  }

  get exitCode(): number {
    return exitCodeOf[this.code]
  }
}

/** The one message of anything that was thrown. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown)
}

/** The code of a failed system call, such as `ENOENT`; undefined for any other error. */
export function systemCode(thrown: unknown): string | undefined {
  const code = (thrown as { code?: unknown } | null)?.code
  return thrown instanceof Error && typeof code === 'string' ? code : undefined
}

/** An error as programs get it. A bug keeps its stack, since that is what a report needs. */
export function describeError(error: Error): Record<string, unknown> {
  if (!(error instanceof LoError)) return { code: 'BUG', message: error.message, detail: error.stack }
  const { code, message, detail, hint, problems } = error
  return { code, message, detail, hint, ...(problems.length > 0 && { problems }) }
}
