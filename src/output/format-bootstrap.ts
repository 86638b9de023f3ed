import type { BootstrappedEntry, Event } from '../events.js'
import { formatTime, noStyle, plural, type Style } from './format.js'

/** The one line of an event of a bootstrap, but for those that are rows of its result. */
export function formatBootstrapEvent(event: Event, style: Style = noStyle): string | undefined {
  switch (event.type) {
    case 'bootstrap-started':
      return `${style.bold(event.domain)}: ${plural(event.entries.length, 'addon')}, to ${event.server}`
    case 'entry-started':
      return style.dim(`${event.entry}: applying`)
    case 'entry-applied':
      return style.dim(`${event.entry}: applied, and others wait until it is ready`)
    case 'bootstrap-finished': {
      const path = event.criticalPath.join(' → ')
      return `addons done in ${formatTime(event.milliseconds)}${path && `; what took longest: ${path}`}`
    }
    default:
      return undefined
  }
}

/** The row of an entry that is done; `addons` are those of the bootstrap, so that rows align. */
export function formatEntry(
  report: BootstrappedEntry,
  addons: readonly string[],
  style: Style = noStyle,
): string {
  const { entry, outcome, objects, milliseconds, because } = report
  const word = paint(style)[outcome](outcome.padEnd('configured'.length))
  const name = entry.padEnd(Math.max(...addons.map(name => name.length)))
  if (outcome === 'skipped') return `${name}  ${word}  since ${because} failed`
  const count = outcome === 'failed' ? '' : plural(objects, 'object')
  return `${name}  ${word}  ${count.padEnd('999 objects'.length)}  ${style.dim(formatTime(milliseconds))}`
}

const paint = (style: Style): Record<BootstrappedEntry['outcome'], (text: string) => string> => ({
  created: style.green,
  configured: style.yellow,
  unchanged: style.dim,
  failed: style.red,
  skipped: style.dim,
})
