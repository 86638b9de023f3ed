import { setMaxListeners } from 'node:events'
import process from 'node:process'
import { exitCodes, LoError } from '../errors.js'

/** Ends one program that `lo` has started, and what that has started in turn. */
export type End = (name: NodeJS.Signals) => void

/** Milliseconds for a program that was asked to end, until it is ended. */
export const graceOnInterrupt = 3000

/** The first signal asks the work and every running program to stop, the second ends the process at once. */
export function abortOnInterrupt(running: Set<End>): AbortSignal {
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
