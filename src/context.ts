import type { Output } from './output/output.js'

/** How a program ended that a shell has run. */
export interface Ended {
  stdout: Buffer
  stderr: string
  /** Its exit code, or 128 and the number of the signal that ended it. */
  status: number
  /** It was ended, since it took longer than its limit. */
  isLate?: true
}

/**
 * A shell that reads lines, runs a program for each, and says how it ended. To start a program from Node costs as much
 * as to render a small target with it; from a shell it is nearly free.
 */
export interface Shell {
  /**
   * Has one line worked on. Behind what the program writes to stdout and stderr, the script puts a mark: NUL, the
   * token, NUL. Behind the mark on stderr it puts the status and another mark. Throws the reason of `signal` when
   * that is aborted meanwhile, and `TOOL_FAILED` when the shell itself ends; it cannot be asked again then.
   */
  ask: (line: string) => Promise<Ended>
  /** Lets the shell end; what it still runs is ended with it. */
  close: () => void
}

/** Starts `/bin/sh` on a script: `$1` is the token, `args` are `$2` and on, `env` is added to what `lo` has. */
export type OpenShell = (script: string, args: string[], env: Record<string, string>) => Promise<Shell>

export interface RunOptions {
  cwd?: string
  /** Added to what `lo` has; `undefined` takes a variable away. */
  env?: Record<string, string | undefined>
  /** What the program reads from stdin, all of it, even when `lo` is killed meanwhile. Without it stdin is empty. */
  input?: string
  /** Lets stdin stay open as long as `lo` lives, so that the program can notice when that ends. */
  holdsInput?: boolean
  /** Told each line of stdout as soon as it is complete. */
  onLine?: (line: string) => void
  /** The same for stderr. */
  onErrorLine?: (line: string) => void
  /** Milliseconds after which the program is ended; `Ended` then says so. */
  limit?: number
  /** Ends the program too; its reason is thrown then. */
  signal?: AbortSignal
}

/**
 * Runs a program to its end, in a process group of its own. Throws the reason of `signal` when that is aborted
 * meanwhile, and `TOOL_MISSING` when there is no such program; any other end is an answer.
 */
export type Run = (file: string, args: string[], options?: RunOptions) => Promise<Ended>

export interface BackgroundOptions {
  /** Where stdout and stderr are written; an older file is replaced. */
  log: string
  cwd?: string
  env?: Record<string, string | undefined>
}

/** Starts a program that outlives `lo`, and answers with its pid. Throws `TOOL_MISSING` when there is no such program. */
export type StartBackground = (file: string, args: string[], options: BackgroundOptions) => Promise<number>

/** Everything impure that a command may use but the file system. Made in `system/`, faked in `test/helpers/`. */
export interface Context {
  cwd: string
  env: Readonly<Record<string, string | undefined>>
  /** How many programs may work at the same time. */
  cores: number
  pid: number
  isRunning: (pid: number) => boolean
  /** Sends a signal to a process; whether there was one to take it. */
  kill: (pid: number, name: 'SIGTERM' | 'SIGKILL') => boolean
  /** The program and first arguments that start this `lo` again. */
  self: readonly [file: string, ...args: string[]]
  /** Aborted by Ctrl-C and by SIGTERM, which end all programs too; the reason is the error to show. */
  signal: AbortSignal
  /** Milliseconds since any fixed moment. */
  now: () => number
  /** The date and time by the system's clock. */
  today: () => Date
  /** Waits; throws the reason of `signal`, or of the one given, when that is aborted meanwhile. */
  sleep: (milliseconds: number, signal?: AbortSignal) => Promise<void>
  /** Lets everything go on that is ready to. */
  turn: () => Promise<void>
  run: Run
  startBackground: StartBackground
  openShell: OpenShell
  fetch: typeof fetch
  /** The absolute path of a program on `PATH`. */
  find: (program: string) => string | undefined
  /** Asks the person at the terminal, and answers with one line; absent when nobody is there to answer. */
  ask?: (question: string) => Promise<string>
  output: Output
}
