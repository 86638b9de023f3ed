import { closeSync } from 'node:fs'
import { constants as constantsOf } from 'node:os'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import type { Run } from '../context.js'
import { type End, graceOnInterrupt } from './interrupt.js'
import { endGroup } from './processes.js'
import { cannotStart, mostBytes } from './programs.js'
import { openUnnamed } from './unnamed-file.js'

/** Runs programs until the signal; what runs by then is in `running`. */
export function runWith(signal: AbortSignal, running: Set<End>): Run {
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

async function readLines(input: Readable, onLine: (line: string) => void): Promise<void> {
  const lines = createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })
  input.once('close', () => lines.close())
  for await (const line of lines) onLine(line)
}
