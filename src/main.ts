import { CommanderError } from 'commander'
import { createProgram } from './cli.js'
import type { Context } from './context.js'
import { exitCodes, LoError } from './errors.js'

/** Runs one command line and answers with its exit code. Never throws, never ends the process. */
export async function main(args: string[], ctx: Context): Promise<number> {
  const program = createProgram(ctx)
  try {
    if (args.length === 0) program.outputHelp()
    else await program.parseAsync(args, { from: 'user' })
    return exitCodes.ok
  } catch (thrown) {
    if (thrown instanceof CommanderError && thrown.exitCode === 0) return exitCodes.ok
    const error = explain(thrown, ctx.signal)
    ctx.output.error(error)
    return error instanceof LoError ? error.exitCode : exitCodes.failed
  } finally {
    ctx.output.end()
  }
}

/** After an interrupt every pending call fails in its own way; only what the interrupt meant is worth showing. */
function explain(thrown: unknown, signal: AbortSignal): Error {
  if (signal.aborted)
    return thrown instanceof LoError && thrown.code === 'INTERRUPTED' ? thrown : (signal.reason as Error)
  if (thrown instanceof CommanderError) return explainUsage(thrown)
  return thrown instanceof Error ? thrown : new Error(String(thrown))
}

function explainUsage({ code, message }: CommanderError): LoError {
  if (code === 'commander.help')
    return new LoError('USAGE', 'No command is named.', { hint: 'Run `lo --help` for all there are.' })
  const [what = '', meant] = message.replace(/^error: /, '').split('\n')
  return new LoError('USAGE', `${what.charAt(0).toUpperCase()}${what.slice(1).replace(/\.$/, '')}.`, {
    hint: meant ? meant.replace(/^\(|\)$/g, '') : 'Run `lo --help`, or `lo <command> --help`.',
  })
}
