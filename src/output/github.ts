import { LoError, type Problem } from '../errors.js'
import { formatEvent } from './format.js'
import type { Output, Terminal } from './output.js'
import { plainOutput } from './plain.js'

/**
 * Plain lines, plus what GitHub Actions understands: a group around the targets, and annotations on the
 * lines of the files that are wrong. The runner reads both streams; commands go to stderr with the story.
 * https://docs.github.com/actions/reference/workflow-commands-for-github-actions
 */
export function githubOutput(terminal: Terminal): Output {
  const plain = plainOutput(terminal)
  const command = (text: string) => void terminal.stderr.write(`${text}\n`)
  const annotate = (error: Error) => {
    const problems = error instanceof LoError && error.problems.length > 0 ? error.problems : [error]
    for (const problem of problems) command(annotation('error', problem))
  }
  return {
    ...plain,
    event: event => {
      if (event.type === 'build-started') command(`::group::${escapeText(formatEvent(event)!)}`)
      else plain.event(event)
      if (event.type === 'warning') command(annotation('warning', event))
      if (event.type === 'build-finished') command('::endgroup::')
      if (event.type === 'target-finished' && event.error) annotate(event.error)
    },
    error: error => {
      plain.error(error)
      annotate(error)
    },
  }
}

function annotation(level: 'error' | 'warning', problem: Problem): string {
  const { file, line, column: col } = problem
  const place = Object.entries({ file, line, col })
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `${key}=${escapeProperty(String(value))}`)
    .join(',')
  return `::${level}${place && ` ${place}`}::${escapeText(problem.message)}`
}

const escapeText = (text: string) => text.replace(/%/g, '%25').replace(/\r/g, '%0D').replace(/\n/g, '%0A')
const escapeProperty = (text: string) => escapeText(text).replace(/:/g, '%3A').replace(/,/g, '%2C')
