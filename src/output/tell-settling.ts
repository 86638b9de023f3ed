import type { Event } from '../events.js'
import { tellHealth } from './tell-health.js'

/** Tells in lines how addons get ready, several at the same time. */
export function tellSettling(print: (line: string) => void, now: () => number): (event: Event) => void {
  const tellers = new Map<string, (event: Event) => void>()
  return event => {
    if (event.type === 'entry-applied') {
      const tell = tellHealth(print, now)
      tell({ type: 'health-started', target: event.entry })
      tellers.set(event.entry, tell)
    }
    if (event.type === 'entry-settling') {
      const { entry, ...progress } = event
      tellers.get(entry)?.({ ...progress, type: 'health-progress', target: entry })
    }
  }
}
