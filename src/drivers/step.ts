import type { Context } from '../context.js'

type World = Pick<Context, 'now' | 'sleep' | 'output'>

/** Does one step of the work on a cluster, and tells when it begins, that it goes on, and how long it took. */
export async function step<Value>(name: string, ctx: World, work: () => Promise<Value>): Promise<Value> {
  const start = ctx.now()
  ctx.output.event({ type: 'step-started', step: name })
  const ended = new AbortController()
  const told = tellUntil(ended.signal, name, ctx)
  try {
    const value = await work()
    ctx.output.event({ type: 'step-finished', step: name, milliseconds: ctx.now() - start })
    return value
  } finally {
    ended.abort()
    await told
  }
}

/** Milliseconds between two words about a step that takes long. */
const pause = 60_000

async function tellUntil(ended: AbortSignal, name: string, { now, sleep, output }: World): Promise<void> {
  const start = now()
  // Sleeping ends with the step, or with everything.
  const isLong = () =>
    sleep(pause, ended).then(
      () => true,
      () => false,
    )
  while (await isLong()) output.event({ type: 'step-continues', step: name, milliseconds: now() - start })
}
