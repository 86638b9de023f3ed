import type { Event } from '../events.js'
import { formatDeployed, formatError, formatEvent, formatTarget, noStyle, type Style } from './format.js'
import { formatBootstrapEvent, formatEntry } from './format-bootstrap.js'
import type { Output, OutputFlags, Terminal } from './output.js'
import { tellHealth } from './tell-health.js'
import { tellSettling } from './tell-settling.js'

/** One line per event and no cursor movement: what a log or a pipe gets. */
export function plainOutput({ stdout, stderr, now }: Terminal, flags: OutputFlags): Output {
  const err = (text: string) => void stderr.write(`${text}\n`)
  const print = printEvents(line => void stdout.write(`${line}\n`), err, flags)
  const tellers = [tellHealth(err, now), tellSettling(err, now)]
  return {
    event: event => {
      print(event)
      if (!flags.quiet) for (const tell of tellers) tell(event)
    },
    result: ({ text }) => void (text !== undefined && stdout.write(`${text}\n`)),
    error: error => err(formatError(error)),
    end: () => {},
  }
}

/** Prints rows of the result on `out` and the story on `err`. Remembers targets and addons, to align their rows. */
export function printEvents(
  out: (line: string) => void,
  err: (line: string) => void,
  flags: OutputFlags,
  styles: { out: Style; err: Style } = { out: noStyle, err: noStyle },
): (event: Event) => void {
  let targets: string[] = []
  let addons: string[] = []
  return event => {
    if (event.type === 'bootstrap-started') addons = event.entries.map(({ entry }) => entry)
    if (event.type === 'build-started' || event.type === 'deploy-started') targets = event.targets
    if (event.type === 'target-deployed') return out(formatDeployed(event, targets, styles.out))
    if (event.type === 'target-finished') {
      out(formatTarget(event, targets, styles.out))
      if (event.error) err(formatError(event.error, styles.err))
      return
    }
    if (event.type === 'entry-finished') {
      out(formatEntry(event, addons, styles.out))
      if (event.error) err(formatError(event.error, styles.err))
      return
    }
    const line = formatEvent(event, styles.err) ?? formatBootstrapEvent(event, styles.err)
    if (line !== undefined && isWanted(event, flags)) err(line)
  }
}

/** `--quiet` keeps warnings, beside errors and results; `--verbose` adds every external command. */
function isWanted({ type }: Event, { quiet, verbose }: OutputFlags): boolean {
  if (type === 'command-started') return verbose
  return type === 'warning' || !quiet
}
