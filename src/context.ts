import type { Output } from './output/output.js'

export interface RunOptions {
  cwd?: string
  /** Added to the environment of `lo` itself. */
  env?: Record<string, string>
}

export interface Finished {
  stdout: Buffer
  stderr: string
}

/**
 * Runs a program to its end. Throws `TOOL_MISSING` when there is none, `TOOL_FAILED` with what it wrote to stderr
 * when it exits with anything but 0. When `signal` is aborted the program and all it started are ended first.
 */
export type Run = (file: string, args: string[], options?: RunOptions) => Promise<Finished>

/** Everything impure that a command may use but the file system. Made in `system.ts`, faked in `test/helpers/`. */
export interface Context {
  cwd: string
  env: Readonly<Record<string, string | undefined>>
  /** How many programs may work at the same time. */
  cores: number
  pid: number
  isRunning: (pid: number) => boolean
  /** Aborted by Ctrl-C and by SIGTERM; the reason is the error to show. */
  signal: AbortSignal
  /** Milliseconds since any fixed moment. */
  now: () => number
  run: Run
  /** The absolute path of a program on `PATH`. */
  find: (program: string) => string | undefined
  output: Output
}
