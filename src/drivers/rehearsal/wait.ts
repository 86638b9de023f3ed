import { readFile } from 'node:fs/promises'
import path from 'node:path'
import type { Context } from '../../context.js'
import { LoError } from '../../errors.js'
import { isAlive, type Process } from '../process.js'
import type { Place } from './place.js'
import type { Program } from './plan.js'

/** What a wait may use. Its signal ends the wait. */
export type WaitContext = Pick<Context, 'now' | 'sleep' | 'signal'>

/** Ends when something is ready. */
export type Ready = (ctx: WaitContext) => Promise<void>

export interface Waiting {
  /** What is waited for, as the end of the sentence "… is not ready". */
  what: string
  /** The wait is over at once when one of these dies. */
  running: ReadonlyMap<Program, Process>
  place: Pick<Place, 'logs'>
}

/** Waits until something is ready. Throws `PROVISION_FAILED` when it cannot be any more, or takes too long. */
export async function waitFor(
  waiting: Waiting,
  ready: Ready,
  ctx: WaitContext & Pick<Context, 'run'>,
): Promise<void> {
  const over = new AbortController()
  const signal = AbortSignal.any([ctx.signal, over.signal])
  const isReady = ready({ ...ctx, signal })
  const isHopeless = despair(waiting, { ...ctx, signal })
  try {
    await Promise.race([isReady, isHopeless])
  } finally {
    over.abort()
    // The other one ends now too, and has nothing to say any more.
    await Promise.allSettled([isReady, isHopeless])
  }
}

// Generous, since a busy machine is slow, and what has died is noticed at once.
const longestWait = 180_000
const pause = 100

/** Throws as soon as there is nothing to wait for any more. */
async function despair(
  { what, running, place }: Waiting,
  ctx: WaitContext & Pick<Context, 'run'>,
): Promise<never> {
  for (const end = ctx.now() + longestWait; ctx.now() < end; await ctx.sleep(pause, ctx.signal)) {
    for (const [program, process] of running) {
      if (!(await isAlive(process, ctx))) throw await died(program, place)
    }
  }
  throw new LoError('PROVISION_FAILED', `${what} is not ready after ${longestWait / 1000} seconds.`, {
    hint: `The logs are in ${place.logs}. Run \`lo provision\` again, or \`lo destroy\` first.`,
  })
}

const shownLines = 15

export async function died(program: Program, { logs }: Pick<Place, 'logs'>): Promise<LoError> {
  const log = path.join(logs, `${program}.log`)
  const text = await readFile(log, 'utf8').catch(() => '')
  return new LoError('PROVISION_FAILED', `${program} has ended right after its start.`, {
    detail: text.trimEnd().split('\n').slice(-shownLines).join('\n') || 'It has said nothing.',
    hint: `Its whole log is ${log}. Once the reason is gone, run \`lo provision\` again.`,
  })
}
