import type { BootstrappedEntry, Event } from '../events.js'
import { formatTime, noStyle, plural, type Style } from './format.js'

/** The one line of an event of a bootstrap. `addons` are those of the bootstrap, so that their rows align. */
export function formatBootstrapEvent(
  event: Event,
  addons: readonly string[],
  style: Style = noStyle,
): string | undefined {
  switch (event.type) {
    case 'bootstrap-started':
      return `${style.bold(event.domain)}: ${plural(event.entries.length, 'addon')}, to ${event.server}`
    case 'entry-started':
      return style.dim(`${event.entry}: applying`)
    case 'entry-applied':
      return style.dim(`${event.entry}: applied, and others wait until it is ready`)
    case 'entry-finished':
      return formatEntry(event, Math.max(...addons.map(name => name.length), event.entry.length), style)
    case 'bootstrap-finished': {
      const path = event.criticalPath.join(' → ')
      return `addons done in ${formatTime(event.milliseconds)}${path && `; what took longest: ${path}`}`
    }
    default:
      return undefined
  }
}

/** One row about an entry, its name padded to `width`. */
export function formatEntry(report: BootstrappedEntry, width: number, style: Style = noStyle): string {
  const { entry, outcome, objects, milliseconds, because } = report
  const word = paint(style)[outcome](outcome.padEnd('configured'.length))
  const name = entry.padEnd(width)
  if (outcome === 'skipped') {
    return `${name}  ${word}  ${because === undefined ? 'not reached' : `since ${because} failed`}`
  }
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
