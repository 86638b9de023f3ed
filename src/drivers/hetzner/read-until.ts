import type { Context } from '../../context.js'

/** Milliseconds for what somebody else has begun to show, and between two looks. */
const patience = 15_000
const pause = 1000

/**
 * Reads once, and again for some seconds while it is not as it should be; answers with what was read last. The API may
 * call done what another action is still bringing about.
 */
export async function readUntil<Value>(
  read: () => Promise<Value>,
  isRight: (value: Value) => boolean,
  { now, sleep }: Pick<Context, 'now' | 'sleep'>,
): Promise<Value> {
  for (const end = now() + patience; ; await sleep(pause)) {
    const value = await read()
    if (isRight(value) || now() >= end) return value
  }
}
