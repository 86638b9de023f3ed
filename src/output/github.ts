import { LoError, type Problem } from '../errors.js'
import type { Output, OutputFlags, Stream, Terminal } from './output.js'
import { plainOutput } from './plain.js'

/**
 * Plain lines, plus what GitHub Actions understands: groups around long lists, and annotations on the lines of the
 * files that are wrong. The runner reads both streams; commands go to stderr with the story.
 * https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands
 */
export function githubOutput(terminal: Terminal, flags: OutputFlags): Output {
  const { stdout, stderr } = terminal
  const plain = plainOutput(
    { ...terminal, stdout: withoutCommands(stdout), stderr: withoutCommands(stderr) },
    flags,
  )
  const command = (text: string) => void stderr.write(`${text}\n`)
  let hasGroup = false
  const group = (title: string | undefined) => {
    if (hasGroup) command('::endgroup::')
    hasGroup = title !== undefined
    if (hasGroup) command(`::group::${title}`)
  }
  return {
    ...plain,
    event: event => {
      // What a deploy applies can be long; how it ends, and what is waited for, stays in sight.
      if (event.type === 'target-applying') group(`Apply ${event.target}`)
      if (event.type === 'health-started' || event.type === 'target-deployed') group(undefined)
      plain.event(event)
      if (event.type === 'build-started') group('Targets')
      if (event.type === 'warning') command(formatAnnotation('warning', event))
      if (event.type === 'build-finished') group(undefined)
      const isFinished = event.type === 'target-finished' || event.type === 'entry-finished'
      if (isFinished && event.error) annotate(event.error, command)
    },
    error: error => {
      group(undefined)
      plain.error(error)
      annotate(error, command)
    },
  }
}

/** What others wrote is shown, never obeyed: the runner takes commands from anywhere at the start of a line. */
function withoutCommands(stream: Stream): Stream {
  const write = (text: string) => stream.write(text.replace(/^(\s*)(?=::|##\[)/gm, '$1| '))
  return { ...stream, write: write as Stream['write'] }
}

function annotate(error: Error, command: (text: string) => void): void {
  const { problems, detail } = error instanceof LoError ? error : { problems: [], detail: undefined }
  const places: readonly Problem[] = problems.length > 0 ? problems : [{ message: '' }]
  for (const place of places) {
    const message = [place.message, detail].filter(Boolean).join('\n')
    command(formatAnnotation('error', { ...place, message }, error.message))
  }
}

function formatAnnotation(level: 'error' | 'warning', problem: Problem, title?: string): string {
  const { file, line, column: col, message, hint } = problem
  const properties = Object.entries({ file, line, col, title })
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `${key}=${escapeProperty(String(value))}`)
  const said = [message, hint].filter(Boolean).join('; ')
  return `::${[level, properties.join(',')].filter(Boolean).join(' ')}::${escapeText(said)}`
}

const escapeText = (text: string) => text.replace(/%/g, '%25').replace(/\r/g, '%0D').replace(/\n/g, '%0A')
const escapeProperty = (text: string) => escapeText(text).replace(/:/g, '%3A').replace(/,/g, '%2C')
