import type { KubeObject } from './object.js'

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

export interface RequestOptions {
  query?: Record<string, string | number | boolean | undefined>
  /** Sent as JSON; a text as it is. */
  body?: unknown
  /** How a PATCH is to be understood; JSON by default. */
  contentType?: string
  /** What the answer should be, when not plain JSON. */
  accept?: string
  /** Milliseconds without a sign of life until it counts as failed; 30 s by default, 150 s for a watch. */
  timeout?: number
  signal?: AbortSignal
}

/** One event of a watch, `BOOKMARK` and `ERROR` included: an `ERROR` has a Status in the place of the object. */
export interface WatchEvent {
  type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR'
  object: KubeObject
}

/** The API server of one cluster. Every failure is an `ApiError`, or the reason of an aborted signal. */
export interface KubeApi {
  /** The address of the server, as the kubeconfig has it. */
  server: string
  /** The context of the kubeconfig. */
  context: string
  /** Answers with the JSON of a 2xx response. */
  request: <Answer = KubeObject>(method: Method, path: string, options?: RequestOptions) => Promise<Answer>
  /** The text of a 2xx response, such as a log. */
  text: (path: string, options?: RequestOptions) => Promise<string>
  /** Hands over each event as it comes; ends when the server ends the watch. Throws as `request` does. */
  watch: (
    path: string,
    options: RequestOptions & { onEvent: (event: WatchEvent) => void; onOpen?: () => void },
  ) => Promise<void>
  /** What time it is for the server, going by its last answer. */
  clock: () => Date
  /** Ends all connections. */
  close: () => void
}

/** What an API server answered instead of what was asked for, or why it did not answer. */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  /** The HTTP status; 0 when there was no answer at all. */
  readonly status: number
  /** The machine-readable word of Kubernetes, such as `NotFound`; empty when there is none. */
  readonly reason: string
  readonly causes: readonly { reason?: string; field?: string; message?: string }[]

  constructor(
    message: string,
    {
      status,
      reason = '',
      causes = [],
      cause,
    }: {
      status: number
      reason?: string
      causes?: readonly { reason?: string; field?: string; message?: string }[]
      cause?: unknown
    },
  ) {
    super(message, { cause })
    this.status = status
    this.reason = reason
    this.causes = causes
  }
}
