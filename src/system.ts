import { accessSync, constants, existsSync, statSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import path from 'node:path'
import process from 'node:process'
import type { Context, Run } from './context.js'
import { exitCodes, LoError, systemCode } from './errors.js'
import { createOutput, readOutputFlags } from './output/index.js'

/** The real world. With `bin/lo.js`, the only file that may touch `process`, start a program or read the clock. */
export async function systemContext(args: string[]): Promise<Context> {
  const { stdout, stderr, env } = process
  endQuietlyWhenNobodyReads(stdout)
  endQuietlyWhenNobodyReads(stderr)
  const running = new Set<End>()
  const signal = abortOnInterrupt(running)
  const now = () => performance.now()
  const output = await createOutput(
    { stdout, stderr, cwd: process.cwd(), env, now, every },
    readOutputFlags(args),
  )
  return {
    cwd: process.cwd(),
    env,
    cores: availableParallelism(),
    pid: process.pid,
    isRunning,
    signal,
    now,
    run: runWith(signal, running, line => output.event({ type: 'command-started', command: line })),
    find: program => findOnPath(program, env.PATH ?? ''),
    output,
  }
}

/** `lo use | head -1` is no error. */
function endQuietlyWhenNobodyReads(stream: NodeJS.WriteStream): void {
  stream.on('error', error => {
    if ((error as NodeJS.ErrnoException).code !== 'EPIPE') throw error
    process.exit(exitCodes.ok)
  })
}

/** Ends one program that `lo` has started, and what that has started in turn. */
type End = (name: NodeJS.Signals) => void

const graceOnInterrupt = 3000

/** The first signal asks the work and every running program to stop, the second ends the process at once. */
function abortOnInterrupt(running: Set<End>): AbortSignal {
  const controller = new AbortController()
  const endAll: End = name => {
    for (const end of running) end(name)
  }
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    // `on`, not `once`: execa's signal-exit counts listeners and would end the process itself.
    process.on(name, () => {
      if (controller.signal.aborted) process.exit(exitCodes.interrupted)
      controller.abort(new LoError('INTERRUPTED', `Interrupted (${name}).`))
      endAll('SIGTERM')
      setTimeout(endAll, graceOnInterrupt, 'SIGKILL').unref()
    })
  }
  process.on('exit', () => endAll('SIGKILL'))
  return controller.signal
}

function every(milliseconds: number, callback: () => void): () => void {
  const timer = setInterval(callback, milliseconds)
  return () => clearInterval(timer)
}

/** A render larger than this is a plugin gone wild, not an artifact. */
const maxBuffer = 512 * 1024 * 1024
function runWith(signal: AbortSignal, running: Set<End>, tell: (command: string) => void): Run {
  // A group of its own lets `lo` end what a program has started in turn. On a terminal the group stays the
  // terminal's: Ctrl-C reaches all of it anyway, and a plugin that asks for a passphrase needs the terminal.
  const detached = !process.stdin.isTTY
  return async (file, args, { cwd, env } = {}) => {
    const { execa, ExecaError } = await import('execa')
    signal.throwIfAborted()
    tell([file, ...args].map(quote).join(' '))
    const child = execa(file, args, {
      ...(cwd && { cwd }),
      ...(env && { env }),
      encoding: 'buffer',
      stdin: 'ignore',
      stripFinalNewline: false,
      maxBuffer,
      detached,
    })
    const end: End = name => endProcess(child.pid, detached, name)
    running.add(end)
    try {
      const { stdout, stderr } = await child
      return {
        stdout: Buffer.from(stdout.buffer, stdout.byteOffset, stdout.byteLength),
        stderr: decode(stderr),
      }
    } catch (cause) {
      if (!(cause instanceof ExecaError)) throw cause
      throw signal.aborted ? signal.reason : explainFailure(file, cwd, cause)
    } finally {
      // After an interrupt a plugin may outlive the program that started it: it goes when `lo` does.
      if (!signal.aborted) running.delete(end)
    }
  }
}

interface Failure {
  code?: string
  exitCode?: number
  signal?: string
  isMaxBuffer: boolean
  shortMessage: string
  stderr?: unknown
}

function explainFailure(file: string, cwd: string | undefined, cause: Failure & Error): LoError {
  const program = path.basename(file)
  // ENOENT also means that the working folder does not exist.
  if (cause.code === 'ENOENT' && existsSync(cwd ?? '.') && !existsSync(file)) {
    return new LoError('TOOL_MISSING', `"${program}" is not installed.`, {
      cause,
      hint: `Install ${program} and put it on PATH.`,
    })
  }
  const detail = decode(cause.stderr) || cause.shortMessage
  const why = cause.isMaxBuffer
    ? `wrote more than ${maxBuffer / 1024 / 1024} MB`
    : cause.signal
      ? `was ended by ${cause.signal}`
      : cause.exitCode === undefined
        ? 'could not be started'
        : `exited with code ${cause.exitCode}`
  return new LoError('TOOL_FAILED', `"${program}" ${why}.`, { cause, detail })
}

function endProcess(pid: number | undefined, group: boolean, name: NodeJS.Signals): void {
  if (pid === undefined) return
  try {
    process.kill(group ? -pid : pid, name)
  } catch {
    // It is gone already, which is what was wanted.
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return systemCode(error) === 'EPERM'
  }
}

function findOnPath(program: string, searchPath: string): string | undefined {
  return searchPath
    .split(path.delimiter)
    .filter(folder => path.isAbsolute(folder))
    .map(folder => path.join(folder, program))
    .find(isExecutable)
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return statSync(file).isFile()
  } catch {
    return false
  }
}

const decode = (bytes: unknown) => (bytes instanceof Uint8Array ? new TextDecoder().decode(bytes) : '')
const quote = (arg: string) =>
  /^[\w@%+=:,./-]+$/.test(arg) ? arg : `'${arg.replaceAll("'", String.raw`'\''`)}'`
