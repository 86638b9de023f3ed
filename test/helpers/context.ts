import path from 'node:path'
import process from 'node:process'
import type { Context } from '../../src/context.js'
import type { Event } from '../../src/events.js'
import { systemContext } from '../../src/system/system.js'
import { recordEvents } from './events.js'

const bin = path.resolve(import.meta.dirname, '../../bin/lo.js')
const listened = ['SIGINT', 'SIGTERM', 'SIGHUP', 'exit'] as const

/** The real world, but for what is shown, which is remembered, and for signals, which stay those of the test runner. */
export async function realContext(
  change: Pick<Context, 'cwd' | 'env'> & Partial<Context>,
): Promise<{ ctx: Context; events: Event[] }> {
  const { output, events } = recordEvents()
  world ??= openWorld()
  return { ctx: { ...(await world), output, self: [process.execPath, bin], ...change }, events }
}

let world: Promise<Context> | undefined

/** Once for all tests of a file: it listens to the streams of the process for good. */
async function openWorld(): Promise<Context> {
  const before = listened.map(name => process.rawListeners(name as 'exit'))
  const streams = [process.stdout, process.stderr]
  const onError = streams.map(stream => stream.rawListeners('error'))
  const { ask: _nobody, ...real } = await systemContext([])
  for (const [index, stream] of streams.entries()) {
    const added = stream.rawListeners('error').filter(listener => !onError[index]!.includes(listener))
    for (const listener of added) stream.removeListener('error', listener as () => void)
  }
  for (const [index, name] of listened.entries()) {
    const added = process.rawListeners(name as 'exit').filter(listener => !before[index]!.includes(listener))
    for (const listener of added) process.removeListener(name, listener as () => void)
  }
  return real
}
