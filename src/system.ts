import { spawn } from 'node:child_process'
import { once, setMaxListeners } from 'node:events'
import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  openSync,
  statSync,
  unlinkSync,
  writeSync,
} from 'node:fs'
import { availableParallelism, constants as constantsOf, tmpdir } from 'node:os'
import path from 'node:path'
import process from 'node:process'
import { createInterface } from 'node:readline'
import { createInterface as createPrompt } from 'node:readline/promises'
import type { Readable } from 'node:stream'
import { setTimeout as delay, setImmediate as soon } from 'node:timers/promises'
import type { Context, Ended, OpenShell, Run, StartBackground } from './context.js'
import { exitCodes, LoError, messageOf, systemCode } from './errors.js'
import { createOutput, readOutputFlags } from './output/index.js'

/** The real world. With `bin/lo.js`, the only file that may touch `process`, start a program or read the clock. */
export async function systemContext(args: string[]): Promise<Context> {
  const { stdout, stderr, env } = process
  goOnWhenNobodyReads(stdout)
  goOnWhenNobodyReads(stderr)
  const cwd = workingFolder()
  const running = new Set<End>()
  const signal = abortOnInterrupt(running)
  const now = () => performance.now()
  const output = await createOutput({ stdout, stderr, cwd, env, now, every }, readOutputFlags(args))
  return {
    cwd,
    env,
    cores: availableParallelism(),
    pid: process.pid,
    isRunning,
    kill: sendSignal,
    self: [process.execPath, ...process.argv.slice(1, 2)],
    signal,
    now,
    today: () => new Date(),
    sleep: sleepUnless(signal),
    turn: () => soon(),
    run: runWith(signal, running),
    startBackground,
    openShell: openShellWith(signal, running),
    fetch: globalThis.fetch,
    find: program => findOnPath(program, env.PATH ?? ''),
    ...(stderr.isTTY && process.stdin.isTTY && { ask: askWith(signal) }),
    output,
  }
}

/** `lo use | head -1` is no error: what nobody reads is dropped, and the work goes on. */
function goOnWhenNobodyReads(stream: NodeJS.WriteStream): void {
  stream.on('error', error => {
    const code = systemCode(error)
    if (code === 'EPIPE' || code === 'ERR_STREAM_DESTROYED') return
    process.stderr.write(`error: the output cannot be written: ${error.message}\n`)
    process.exit(exitCodes.failed)
  })
}

/** The working folder; where it has been removed meanwhile, what the shell still calls it. */
function workingFolder(): string {
  try {
    return process.cwd()
  } catch {
    return process.env.PWD ?? '/'
  }
}

/** Ends one program that `lo` has started, and what that has started in turn. */
type End = (name: NodeJS.Signals) => void

const graceOnInterrupt = 3000

/** The first signal asks the work and every running program to stop, the second ends the process at once. */
function abortOnInterrupt(running: Set<End>): AbortSignal {
  const controller = new AbortController()
  // Every request under way listens to it.
  setMaxListeners(0, controller.signal)
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

function sleepUnless(interrupt: AbortSignal): Context['sleep'] {
  return async (milliseconds, own) => {
    const signal = own ? AbortSignal.any([interrupt, own]) : interrupt
    await delay(milliseconds, undefined, { signal }).catch(() => {})
    signal.throwIfAborted()
  }
}

/** On stderr, since stdout is for results. Where the terminal turns Ctrl-C into a key, it becomes the signal again. */
function askWith(signal: AbortSignal): NonNullable<Context['ask']> {
  return async question => {
    const prompt = createPrompt({ input: process.stdin, output: process.stderr })
    prompt.on('SIGINT', () => process.kill(process.pid, 'SIGINT'))
    const gone = new Promise<undefined>(resolve => prompt.once('close', () => resolve(undefined)))
    try {
      const answer = await Promise.race([prompt.question(question, { signal }), gone])
      if (answer === undefined) process.stderr.write('\n')
      return answer ?? ''
    } catch (error) {
      signal.throwIfAborted()
      throw error
    } finally {
      prompt.close()
    }
  }
}

function runWith(signal: AbortSignal, running: Set<End>): Run {
  return async (file, args, options = {}) => {
    const { cwd, env = {}, input, holdsInput = false, onLine, onErrorLine, limit, signal: own } = options
    const { execa } = await import('execa')
    signal.throwIfAborted()
    const stdin = input === undefined ? undefined : openUnnamed(input)
    const program = execa(file, args, {
      ...(cwd !== undefined && { cwd }),
      env,
      // Any descriptor will do, though the types know 0 alone.
      stdin: holdsInput ? 'pipe' : ((stdin ?? 'ignore') as 0 | 'ignore'),
      encoding: 'buffer',
      maxBuffer: mostBytes,
      reject: false,
      cleanup: false,
      stripFinalNewline: false,
      detached: true,
    })
    const end: End = name => endGroup(program.pid, name)
    const stop = () => end('SIGKILL')
    running.add(end)
    const late = limit === undefined ? undefined : endAfter(limit, end)
    if (holdsInput) program.once('exit', () => closeWhenIdle([program.stdout, program.stderr]))
    own?.addEventListener('abort', stop)
    try {
      const lines = [
        onLine && readLines(program.stdout, onLine),
        onErrorLine && readLines(program.stderr, onErrorLine),
      ]
      const result = await program
      await Promise.all(lines)
      signal.throwIfAborted()
      own?.throwIfAborted()
      if (result.exitCode === undefined && result.signal === undefined) throw cannotStart(file, cwd, result)
      const status = result.exitCode ?? 128 + (constantsOf.signals[result.signal!] ?? 0)
      return {
        stdout: Buffer.from(result.stdout),
        stderr: Buffer.from(result.stderr).toString(),
        status,
        ...(late?.isOver() && { isLate: true }),
      }
    } finally {
      late?.cancel()
      // What it has started may not have listened, and would outlive everybody who could end it.
      if (late?.isOver()) stop()
      running.delete(end)
      own?.removeEventListener('abort', stop)
      if (stdin !== undefined) closeSync(stdin)
    }
  }
}

const idleTime = 300

/** What a program leaves running may hold its output open for ever: that is closed when nothing more comes. */
function closeWhenIdle(streams: Readable[]): void {
  let isIdle = true
  for (const stream of streams) {
    stream.on('data', () => {
      isIdle = false
    })
  }
  const look = () => {
    if (isIdle) for (const stream of streams) stream.destroy()
    else lookAgain()
  }
  const lookAgain = () => {
    isIdle = true
    // The second step is behind the one in which Node reads, however busy it was meanwhile.
    setTimeout(() => setImmediate(look), idleTime).unref()
  }
  lookAgain()
}

/** Asks a program to end when its time is over, and ends it when it does not. */
function endAfter(limit: number, end: End): { isOver: () => boolean; cancel: () => void } {
  let isOver = false
  const timers = [
    setTimeout(() => {
      isOver = true
      end('SIGTERM')
    }, limit),
    setTimeout(end, limit + graceOnInterrupt, 'SIGKILL'),
  ]
  const cancel = () => {
    for (const timer of timers) clearTimeout(timer)
  }
  return { isOver: () => isOver, cancel }
}

/**
 * A file that has no name any more before anything is written to it, ready to be read from its beginning. A pipe would
 * end wherever `lo` is killed: a manifest cut off in the middle may be a manifest, too.
 */
function openUnnamed(text: string): number {
  const file = path.join(tmpdir(), `lo-${globalThis.crypto.randomUUID()}`)
  try {
    const descriptor = openSync(file, 'wx+', 0o600)
    unlinkSync(file)
    const content = Buffer.from(text)
    // Written at places: so the descriptor, which the program gets, still stands at the beginning.
    for (let at = 0; at < content.length; ) at += writeSync(descriptor, content, at, content.length - at, at)
    return descriptor
  } catch (cause) {
    const message = `No temporary file can be written in ${tmpdir()}.`
    throw new LoError('WRITE_FAILED', message, { detail: messageOf(cause), cause })
  }
}

async function readLines(input: Readable, onLine: (line: string) => void): Promise<void> {
  const lines = createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })
  input.once('close', () => lines.close())
  for await (const line of lines) onLine(line)
}

/** `ENOENT` is about the program, or about the folder it should run in. */
function cannotStart(
  file: string,
  cwd: string | undefined,
  cause: { shortMessage?: string | undefined } = {},
): LoError {
  const isFolderGone = cwd !== undefined && !existsSync(cwd)
  return new LoError(
    'TOOL_MISSING',
    isFolderGone ? `There is no folder ${cwd} to run ${file} in.` : `${file} cannot be started.`,
    { cause, ...(cause.shortMessage && { detail: cause.shortMessage }) },
  )
}

const startBackground: StartBackground = async (file, args, { log, cwd, env = {} }) => {
  const { execa } = await import('execa')
  const known = path.isAbsolute(file) ? isExecutable(file) : findOnPath(file, process.env.PATH ?? '')
  if (!known) throw cannotStart(file, cwd)
  // The shell becomes the program: so the log is the program's own file, and no pipe ends with lo.
  const program = execa('/bin/sh', ['-c', 'umask 077; exec "$@" >"$0" 2>&1', log, file, ...args], {
    ...(cwd !== undefined && { cwd }),
    env,
    stdio: 'ignore',
    reject: false,
    cleanup: false,
    detached: true,
  })
  if (program.pid === undefined) throw cannotStart(file, cwd, await program)
  program.unref()
  return program.pid
}

/** What one program may write. More is a plugin gone wild. */
const mostBytes = 512 * 1024 * 1024

function openShellWith(signal: AbortSignal, running: Set<End>): OpenShell {
  return async (script, args, env) => {
    signal.throwIfAborted()
    // Against accidents: whoever writes it on purpose finds it in the arguments of the shell.
    const token = Math.random().toString(36).slice(2)
    const shell = await startShell(['-c', script, 'sh', token, ...args], env)
    const end: End = name => endGroup(shell.pid, name)
    running.add(end)
    // An interrupt while it started has passed it by.
    if (signal.aborted) end('SIGTERM')
    // The shell may be gone before it has read a line; what it leaves unanswered says so.
    shell.stdin.on('error', () => {})
    const mark = Buffer.from(`\0${token}\0`)
    const [stdout, stderr] = [splitAt(mark, shell.stdout), splitAt(mark, shell.stderr)]
    const ask = async (line: string): Promise<Ended> => {
      shell.stdin.write(`${line}\n`)
      const [output, words, status] = await Promise.all([stdout.next(), stderr.next(), stderr.next()])
      signal.throwIfAborted()
      if (output.value && words.value && /^\d+$/.test(String(status.value))) {
        return { stdout: output.value, stderr: words.value.toString(), status: Number(status.value) }
      }
      throw new LoError('TOOL_FAILED', 'The shell has ended before the program it ran.')
    }
    let isBusy = false
    return {
      ask: async line => {
        isBusy = true
        const ended = await ask(line)
        isBusy = false
        return ended
      },
      close: () => {
        shell.stdin.end()
        if (isBusy) end('SIGTERM')
        // After an interrupt a plugin may outlive the program that started it: it goes when `lo` does.
        if (!isBusy && !signal.aborted) running.delete(end)
      },
    }
  }
}

/** By Node itself: nothing of execa is wanted here, and to load that takes longer than a small render. */
async function startShell(args: string[], env: Record<string, string>) {
  try {
    // A group of its own: so `lo` can end what a program has started in turn.
    const shell = spawn('/bin/sh', args, { env: { ...process.env, ...env }, detached: true })
    await once(shell, 'spawn')
    return shell
  } catch (error) {
    throw cannotStart('/bin/sh', undefined, { shortMessage: messageOf(error) })
  }
}

/** What stands before each mark; what comes after the last one is dropped. */
async function* splitAt(mark: Buffer, stream: AsyncIterable<Buffer>): AsyncGenerator<Buffer, undefined> {
  let parts: Buffer[] = []
  let size = 0
  let tail = Buffer.alloc(0)
  for await (const chunk of stream) {
    // A mark may lie across chunks.
    const seam = Buffer.concat([tail, chunk])
    tail = seam.subarray(-mark.length)
    parts.push(chunk)
    size += chunk.length
    if (size > mostBytes)
      throw new LoError('TOOL_FAILED', `A program wrote more than ${mostBytes / 1024 / 1024} MB.`)
    if (!seam.includes(mark)) continue
    let rest = Buffer.concat(parts)
    for (let at = rest.indexOf(mark); at >= 0; at = rest.indexOf(mark)) {
      yield rest.subarray(0, at)
      rest = rest.subarray(at + mark.length)
    }
    parts = [rest]
    size = rest.length
    tail = rest.subarray(-mark.length)
  }
}

function endGroup(leader: number | undefined, name: NodeJS.Signals): void {
  if (leader === undefined) return
  try {
    process.kill(-leader, name)
  } catch {
    // It is gone already, which is what was wanted.
  }
}

function sendSignal(pid: number, name: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, name)
  } catch {
    return false
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
