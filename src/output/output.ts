import type { Event } from '../events.js'

/** What a command found out: `text` for people on stdout, `data` for programs under `--json`. */
export interface Result {
  text?: string
  data: Record<string, unknown>
}

/** One way of showing what happens. The result goes to stdout, the story to stderr. */
export interface Output {
  event(event: Event): void
  result(result: Result): void
  error(error: Error): void
  /** Called once, last: writes what has to come in one piece, and leaves the terminal as it was. */
  end(): void
}

/** Where an output writes, and what it may know of the world. */
export interface Terminal {
  stdout: Stream
  stderr: Stream
  /** The working folder: messages name files as seen from there. */
  cwd: string
  env: Readonly<Record<string, string | undefined>>
  /** Milliseconds since any fixed moment. */
  now: () => number
  /** Calls back every so many milliseconds until the returned function is called. */
  every: (milliseconds: number, callback: () => void) => () => void
}

export type Stream = Pick<NodeJS.WriteStream, 'write' | 'isTTY' | 'columns' | 'rows' | 'on' | 'off'>

export interface OutputFlags {
  json: boolean
  quiet: boolean
  verbose: boolean
  color: boolean
}
