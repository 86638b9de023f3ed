/** What a call does to the project: that decides what may be repeated when nobody knows whether it took effect. */
export type CallKind =
  /** A GET. */
  | 'read'
  /** Makes something that has a name, by which it can be found again. */
  | 'create'
  /** Brings something into a state; to do so twice is the same as once. */
  | 'change'
  /** A DELETE. */
  | 'delete'

type QueryValue = string | number | boolean | readonly (string | number)[] | undefined

/** One call of the Hetzner Cloud API, as the code that needs it sees it. */
export interface Call {
  kind: CallKind
  method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** Below `/v1`, such as `/servers/42`. */
  path: string
  query?: Readonly<Record<string, QueryValue>>
  body?: unknown
  /** The resource that the call is about, as an error names it: `server prod-cp-1`. */
  about: string
}

/** What an answer is before anybody has understood it. */
export interface Reply {
  status: number
  headers: Headers
  text: string
  /** The parsed text; undefined when it is empty, or is not parsed yet. */
  json?: unknown
}

/** A call on its way to the wire. */
export interface Sent extends Call {
  headers: Readonly<Record<string, string>>
}

export type Handler = (sent: Sent) => Promise<Reply>

/** One link of the chain that a call goes through: it may change the call, the answer, both, or ask again. */
export type Link = (next: Handler) => Handler

/** The chain whose first link sees a call first and its answer last. */
export function chain(links: readonly Link[], last: Handler): Handler {
  return links.reduceRight((next, link) => link(next), last)
}
