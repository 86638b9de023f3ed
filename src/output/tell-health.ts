import type { Event, HealthProgress } from '../events.js'
import { formatHealth, formatTime } from './format.js'

/** Nobody should have to wonder whether a silent log is alive. */
const mostSilence = 15_000
const mostNames = 5

/**
 * Tells a wait for health in lines: what has become ready, what is in the way as soon as that is known, and now and
 * then how far it is.
 */
export function tellHealth(print: (line: string) => void, now: () => number): (event: Event) => void {
  let start = 0
  let saidAt = 0
  let pending = new Set<string>()
  let told = new Set<string>()
  const say = (line: string) => {
    saidAt = now()
    print(line)
  }
  const progressed = (target: string, progress: HealthProgress) => {
    const open = new Set(progress.pending.map(({ object }) => object))
    for (const object of pending) {
      if (!open.has(object)) say(`${target}: ${object} is ready  ${formatTime(now() - start)}`)
    }
    pending = open
    for (const [first = ''] of progress.causes) {
      if (told.has(first)) continue
      told.add(first)
      say(`${target}: ${first}`)
    }
    if (now() - saidAt > mostSilence)
      say(`${target}: ${formatHealth(progress)}, waiting for ${names(progress)}`)
  }
  return event => {
    if (event.type === 'health-started') {
      start = now()
      saidAt = start
      pending = new Set()
      told = new Set()
    }
    if (event.type === 'health-progress') progressed(event.target, event)
  }
}

function names({ pending }: HealthProgress): string {
  const shown = pending.slice(0, mostNames).map(({ object, message }) => `${object} (${message})`)
  const rest = pending.length - shown.length
  return `${shown.join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`
}
