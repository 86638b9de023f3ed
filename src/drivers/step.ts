import type { Context } from '../context.js'

/** Does one step of the work on a cluster, and tells when it begins and how long it took. */
export async function step<Value>(
  name: string,
  { now, output }: Pick<Context, 'now' | 'output'>,
  work: () => Promise<Value>,
): Promise<Value> {
  const start = now()
  output.event({ type: 'step-started', step: name })
  const value = await work()
  output.event({ type: 'step-finished', step: name, milliseconds: now() - start })
  return value
}
