import { parseArgs } from 'node:util'
import { githubOutput } from './github.js'
import { jsonOutput } from './json.js'
import type { Output, OutputFlags, Terminal } from './output.js'
import { withPlaces } from './places.js'
import { plainOutput } from './plain.js'

/**
 * Picks how this run looks: one JSON document, a live terminal, GitHub's log, or plain lines.
 * The story goes to stderr, so stderr alone decides whether it may move the cursor.
 */
export async function createOutput(terminal: Terminal, flags: OutputFlags): Promise<Output> {
  const { cwd, env, stderr } = terminal
  if (flags.json) return withPlaces(jsonOutput(terminal), cwd)
  if (env.GITHUB_ACTIONS === 'true')
    return withPlaces(githubOutput(terminal, flags), env.GITHUB_WORKSPACE ?? cwd)
  if (!stderr.isTTY || env.CI || env.TERM === 'dumb') return withPlaces(plainOutput(terminal, flags), cwd)
  const { humanOutput } = await import('./human.js')
  return withPlaces(await humanOutput(terminal, flags), cwd)
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
