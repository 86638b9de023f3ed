import type { Event, HealthProgress } from '../events.js'
import { cut, formatHealth, formatTime, noStyle, type Style } from './format.js'

interface Row {
  after: string[]
  state: 'waiting' | 'applying' | 'settling' | 'done'
  since: number
  health?: HealthProgress
}

export interface BootstrapBoard {
  note: (event: Event) => void
  /** A row for each entry that is not done: what it does, or whom it waits for. */
  picture: (style?: Style, width?: number) => string
}

/** More rows than these fit on no screen. */
const mostRows = 15

/** What a person sees of a bootstrap while it runs. */
export function createBootstrapBoard(now: () => number): BootstrapBoard {
  const rows = new Map<string, Row>()
  const set = (entry: string, change: Partial<Row>) => {
    const row = rows.get(entry)
    if (row) rows.set(entry, { ...row, ...change })
  }
  const note = (event: Event) => {
    switch (event.type) {
      case 'bootstrap-started':
        rows.clear()
        for (const { entry, after } of event.entries)
          rows.set(entry, { after, state: 'waiting', since: now() })
        break
      case 'entry-started':
        set(event.entry, { state: 'applying', since: now() })
        break
      case 'entry-applied':
        set(event.entry, { state: 'settling' })
        break
      case 'entry-settling':
        set(event.entry, { health: event })
        break
      case 'entry-finished':
        set(event.entry, { state: 'done' })
        break
    }
  }
  const picture = (style = noStyle, width = 100) => {
    const open = [...rows].filter(([, { state }]) => state !== 'done')
    const busy = open.filter(([, { state }]) => state !== 'waiting')
    const idle = open.filter(([, { state }]) => state === 'waiting')
    const wide = Math.max(0, ...open.map(([entry]) => entry.length))
    const lines = [...busy, ...idle].map(([entry, row]) => {
      const room = Math.max(20, width - wide - 10)
      const time = row.state === 'waiting' ? '' : style.dim(`  ${formatTime(now() - row.since)}`)
      return `${entry.padEnd(wide)}  ${cut(describe(row), room)}${time}`
    })
    const rest = lines.length - mostRows
    const head = style.dim(`addons ${rows.size - open.length}/${rows.size}`)
    const more = rest > 0 ? [style.dim(`and ${rest} more`)] : []
    return [head, ...lines.slice(0, mostRows), ...more].join('\n')
  }
  const describe = ({ state, after, health }: Row): string => {
    if (state === 'applying') return 'applying'
    if (state === 'settling') return settling(health)
    const open = after.filter(name => rows.get(name)?.state !== 'done')
    return open.length > 0 ? `waits for ${open.join(', ')}` : 'waits for its turn'
  }
  return { note, picture }
}

function settling(health: HealthProgress | undefined): string {
  if (!health) return 'waiting until it is ready'
  const [first] = health.pending
  return [formatHealth(health), first && `${first.object} ${first.message}`].filter(Boolean).join(': ')
}
