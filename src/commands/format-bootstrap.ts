import type { BootstrapReport } from '../bootstrap/report.js'
import { formatTime } from '../output/format.js'
import { formatEntry } from '../output/format-bootstrap.js'

/** What became of each addon and how long it took, and which of them decided how long all took. */
export function formatBootstrap({ results, criticalPath, milliseconds }: BootstrapReport): string {
  const width = Math.max(...results.map(({ entry }) => entry.length))
  const path = criticalPath.join(' → ')
  return [
    ...results.map(result =>
      result.state === 'applying'
        ? `${result.entry.padEnd(width)}  interrupted, perhaps applied in part`
        : formatEntry(result, width),
    ),
    `Critical path: ${path || 'none'}  ${formatTime(milliseconds)}`,
  ].join('\n')
}
