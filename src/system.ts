import { accessSync, constants, statSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import path from 'node:path'
import process from 'node:process'
import type { Context, OpenShell } from './context.js'
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
    openShell: openShellWith(signal, running),
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

/** What one program may write. More is a plugin gone wild. */
const mostBytes = 512 * 1024 * 1024

function openShellWith(signal: AbortSignal, running: Set<End>): OpenShell {
  // A group of its own lets `lo` end what a program has started in turn. On a terminal the group stays the
  // terminal's: Ctrl-C reaches all of it anyway, and a plugin that asks for a passphrase needs the terminal.
  const detached = !process.stdin.isTTY
  return async (script, args, env) => {
    const { execa } = await import('execa')
    signal.throwIfAborted()
    const shell = execa('/bin/sh', ['-c', script, 'sh', ...args], {
      env,
      encoding: 'buffer',
      buffer: false,
      stdin: 'pipe',
      reject: false,
      cleanup: false,
      detached,
    })
    const end: End = name => endProcess(shell.pid, detached, name)
    running.add(end)
    // The shell may be gone before it has read a line; what it leaves unanswered says so.
    shell.stdin.on('error', () => {})
    const [stdout, stderr] = [splitAtNul(shell.stdout), splitAtNul(shell.stderr)]
    const next = async (frames: AsyncGenerator<Buffer, undefined>) => {
      const { value } = await frames.next()
      if (value) return value
      throw signal.aborted ? signal.reason : new LoError('TOOL_FAILED', 'The shell has ended.')
    }
    return {
      ask: async line => {
        shell.stdin.write(`${line}\n`)
        const [output, words, status] = await Promise.all([next(stdout), next(stderr), next(stderr)])
        return { stdout: output, stderr: words.toString(), status: Number(status) }
      },
      close: () => {
        shell.stdin.end()
        // After an interrupt a plugin may outlive the program that started it: it goes when `lo` does.
        if (!signal.aborted) running.delete(end)
      },
    }
  }
}

async function* splitAtNul(stream: AsyncIterable<Buffer>): AsyncGenerator<Buffer, undefined> {
  let parts: Buffer[] = []
  let size = 0
  for await (const chunk of stream) {
    let rest = chunk
    for (let end = rest.indexOf(0); end >= 0; end = rest.indexOf(0)) {
      yield Buffer.concat([...parts, rest.subarray(0, end)])
      rest = rest.subarray(end + 1)
      parts = []
      size = 0
    }
    parts.push(rest)
    size += rest.length
    if (size > mostBytes)
      throw new LoError('TOOL_FAILED', `A program wrote more than ${mostBytes / 1024 / 1024} MB.`)
  }
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
