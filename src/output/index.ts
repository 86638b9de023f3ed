import { parseArgs } from 'node:util'
import { githubOutput } from './github.js'
import { jsonOutput } from './json.js'
import type { Output, OutputFlags, Terminal } from './output.js'
import { plainOutput } from './plain.js'

/**
 * Picks how this run looks: one JSON document, a live terminal, GitHub's log, or plain lines.
 * The story goes to stderr, so stderr alone decides whether it may move the cursor.
 */
export async function createOutput(terminal: Terminal, flags: OutputFlags): Promise<Output> {
  const { env, stderr } = terminal
  if (flags.json) return jsonOutput(terminal)
  if (env.GITHUB_ACTIONS === 'true') return withVolume(githubOutput(terminal), flags)
  if (!stderr.isTTY || env.CI || env.TERM === 'dumb') return withVolume(plainOutput(terminal), flags)
  const { humanOutput } = await import('./human.js')
  return withVolume(await humanOutput(terminal, flags), flags)
}

/** Read before commander parses, so that a command line that makes no sense is still answered in JSON. */
export function readOutputFlags(args: string[]): OutputFlags {
  const { values } = parseArgs({
    args,
    strict: false,
    options: {
      json: { type: 'boolean' },
      quiet: { type: 'boolean', short: 'q' },
      verbose: { type: 'boolean', short: 'v' },
      'no-color': { type: 'boolean' },
      dir: { type: 'string', short: 'C' },
      domain: { type: 'string' },
      kubeconfig: { type: 'string' },
      context: { type: 'string' },
    },
  })
  return {
    json: values.json === true,
    quiet: values.quiet === true,
    verbose: values.verbose === true,
    color: values['no-color'] !== true,
  }
}

/** `--quiet` keeps warnings, errors and results; `--verbose` adds every external command. */
function withVolume(output: Output, { quiet, verbose }: OutputFlags): Output {
  return {
    ...output,
    event: event => {
      if (event.type === 'command-started' && !verbose) return
      const failed = event.type === 'target-finished' && event.outcome === 'failed'
      if (quiet && event.type !== 'warning' && !failed) return
      output.event(event)
    },
  }
}
