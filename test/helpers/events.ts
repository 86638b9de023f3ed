import type { Event } from '../../src/events.js'
import type { Output } from '../../src/output/output.js'

/** An output that remembers what it was told. Results and errors are for commands: nothing else may show them. */
export function recordEvents(): { output: Output; events: Event[] } {
  const events: Event[] = []
  const unexpected = () => {
    throw new Error('only events are expected here')
  }
  return {
    events,
    output: {
      event: event => events.push(event),
      result: unexpected,
      error: unexpected,
      end: unexpected,
    },
  }
}
