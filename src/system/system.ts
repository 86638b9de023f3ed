import { availableParallelism } from 'node:os'
import process from 'node:process'
import { setTimeout as delay, setImmediate as soon } from 'node:timers/promises'
import type { Context } from '../context.js'
import { exitCodes, systemCode } from '../errors.js'
import { createOutput, readOutputFlags } from '../output/index.js'
import { askWith } from './ask.js'
import { startBackground } from './background.js'
import { abortOnInterrupt, type End } from './interrupt.js'
import { isRunning, sendSignal } from './processes.js'
import { findOnPath } from './programs.js'
import { runWith } from './run.js'
import { openShellWith } from './shell.js'

/** The real world. With `bin/lo.js`, this folder alone may touch `process`, start a program or read the clock. */
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
