import { keyOf } from '../../kube/object.js'
import type { Finding } from './cause.js'
import { generalise, shorten } from './message.js'
import { uidOf, type World } from './world.js'

const mostLines = 3

/** Says only that kubelet waits, or names the reason that the cause has already. */
const echo = /^Error: \w+$|^Back-off |^back-off /

interface Line {
  reason: string
  message: string
  general: string
  count: number
  time: number
}

/** The newest warnings about these objects, one line for those that say the same, without what the cause says itself. */
export function newestEvents(findings: Finding[], said: string, world: World): string[] {
  const lines = new Map<string, Line>()
  const subjects = new Map(findings.map(finding => [keyOf(finding.object), finding]))
  for (const { object, subject } of subjects.values()) {
    for (const event of world.eventsOf({ id: object, uid: uidOf(subject) })) {
      if (!event.isWarning || echo.test(event.message) || event.message === said) continue
      add(lines, { ...event, general: generalise(event.message, subject) })
    }
  }
  return [...lines.values()]
    .sort((a, b) => b.time - a.time)
    .slice(0, mostLines)
    .map(line => shorten(formatLine(line, world.now)))
}

function add(lines: Map<string, Line>, { reason, message, general, count, time }: Line): void {
  const key = `${reason}\n${general}`
  const known = lines.get(key)
  lines.set(key, {
    reason,
    message: known && known.message !== message ? general : message,
    general,
    count: count + (known?.count ?? 0),
    time: Math.max(time, known?.time ?? 0),
  })
}

function formatLine({ reason, message, count, time }: Line, now: number): string {
  const times = count > 1 ? ` x${count}` : ''
  return `${reason}${times}${time > 0 ? `, ${formatAge(now - time)} ago` : ''}: ${message}`
}

function formatAge(milliseconds: number): string {
  const seconds = Math.max(0, Math.round(milliseconds / 1000))
  if (seconds < 120) return `${seconds} s`
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`
  return `${Math.round(seconds / 3600)} h`
}
