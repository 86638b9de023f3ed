import { Chalk } from 'chalk'
import type { HealthProgress } from '../events.js'
import { createBootstrapBoard } from './bootstrap-board.js'
import { formatError, formatHealth, formatPending, formatTime, plural, type Style } from './format.js'
import { createLive } from './live.js'
import type { Output, OutputFlags, Stream, Terminal } from './output.js'
import { printEvents } from './plain.js'

/** More steps at a time than these fit on no screen; the oldest is what a person wants to see. */
const mostSteps = 12

/** A terminal with a person before it: colour, and a live line of what is being worked on. */
export async function humanOutput(terminal: Terminal, flags: OutputFlags): Promise<Output> {
  const { stdout, stderr, now } = terminal
  const styles = { out: styleOf(stdout, terminal, flags), err: styleOf(stderr, terminal, flags) }
  const live = await createLive(terminal)
  const printTo = (stream: Stream) => (line: string) => live.above(() => void stream.write(`${line}\n`))
  const print = printEvents(printTo(stdout), printTo(stderr), flags, styles)

  const running = new Map<string, number>()
  const progress = { done: 0, all: 0 }
  const steps = new Map<string, number>()
  const picture = () => {
    const names = [...running].map(([target, since]) => `${target} ${formatTime(now() - since)}`)
    return `${styles.err.dim(`rendering ${progress.done}/${progress.all}`)} ${names.join(', ')}`
  }
  const pictureOfSteps = () => {
    const lines = [...steps].map(([step, since]) => `${step}  ${styles.err.dim(formatTime(now() - since))}`)
    const rest = lines.length - mostSteps
    return [
      ...lines.slice(0, mostSteps),
      ...(rest > 0 ? [styles.err.dim(`and ${plural(rest, 'more step')}`)] : []),
    ].join('\n')
  }

  let health: { target: string; since: number; progress: HealthProgress | undefined } | undefined
  const pictureOfHealth = () => {
    if (!health?.progress) return `${health?.target ?? ''}: looking at its health`
    const { target, since, progress } = health
    const head = `${target}: ${formatHealth(progress)} ${styles.err.dim(formatTime(now() - since))}`
    return [head, ...formatPending(progress, styles.err, stderr.columns || 100)].join('\n')
  }

  const board = createBootstrapBoard(now)
  const pictureOfBootstrap = () => board.picture(styles.err, stderr.columns || 100)

  return {
    event: event => {
      board.note(event)
      if (event.type === 'bootstrap-started' && !flags.quiet) live.start(pictureOfBootstrap)
      if (event.type === 'bootstrap-finished') live.stop()
      // The picture shows these; only what is finished stays.
      if (event.type === 'entry-started' || event.type === 'entry-applied') return
      if (event.type === 'health-started') {
        health = { target: event.target, since: now(), progress: undefined }
        if (!flags.quiet) live.start(pictureOfHealth)
      }
      if (event.type === 'health-progress' && health) health.progress = event
      if (event.type === 'health-finished') live.stop()
      if (event.type === 'build-started') {
        Object.assign(progress, { done: 0, all: event.targets.length })
        if (!flags.quiet) live.start(picture)
      }
      if (event.type === 'target-started') running.set(event.target, now())
      if (event.type === 'target-finished') {
        running.delete(event.target)
        progress.done += 1
      }
      if (event.type === 'build-finished') live.stop()
      // The picture has clocks.
      if (event.type === 'step-continues') return
      if (event.type === 'step-started') {
        steps.set(event.step, now())
        if (!flags.quiet) live.start(pictureOfSteps)
        return
      }
      if (event.type === 'step-finished' && steps.delete(event.step) && steps.size === 0) live.stop()
      print(event)
    },
    result: ({ text }) => void (text !== undefined && printTo(stdout)(text)),
    error: error => printTo(stderr)(formatError(error, styles.err)),
    end: () => live.stop(),
  }
}

/** https://no-color.org, and FORCE_COLOR for those who pipe into a pager that shows colour. */
function styleOf(stream: Stream, { env }: Terminal, { color }: OutputFlags): Style {
  const forced = env.FORCE_COLOR !== undefined && env.FORCE_COLOR !== '0'
  const wanted = color && !env.NO_COLOR && (forced || stream.isTTY)
  return new Chalk({ level: wanted ? 1 : 0 })
}
