import type { Command } from 'commander'
import type { Context } from '../context.js'
import type { BootstrapFlags } from '../drivers/bootstrap.js'
import { examples } from './examples.js'
import type { GlobalFlags } from './global.js'

export function registerBootstrap(program: Command, ctx: Context): void {
  program
    .command('bootstrap')
    .summary('apply the addons of spec.bootstrap again')
    .description(
      'Applies spec.bootstrap to the cluster of a domain, as provision does after it has made the cluster: each addon as soon as those it depends on are ready. A failure skips what depends on it, and nothing else.',
    )
    .argument('[domain]', 'a folder in clusters/; without it the active domain')
    .option('--force-conflicts', 'take over fields that other managers have set')
    .option('--force-recreate', 'delete and make again what cannot be changed, or hangs while it is deleted')
    .addHelpText(
      'after',
      examples({
        'lo bootstrap': 'the addons of the active domain',
        'lo bootstrap example.com': 'those of example.com',
        'lo addons': 'see first which these are',
      }),
    )
    .action(async (name: string | undefined, _flags: unknown, command: Command) => {
      await bootstrap(name, command.optsWithGlobals<GlobalFlags & BootstrapFlags>(), ctx)
    })
}

/** The same for `lo provision --bootstrap`. */
export async function bootstrap(
  name: string | undefined,
  flags: GlobalFlags & BootstrapFlags,
  ctx: Context,
): Promise<void> {
  const { bootstrapAgain } = await import('../drivers/bootstrap.js')
  const { describeBootstrap, failureOf } = await import('../bootstrap/report.js')
  const { domain, report } = await bootstrapAgain(name, flags, ctx)
  if (!report) {
    const text = `${domain} has nothing to bootstrap.`
    return ctx.output.result({ text, data: { domain, entries: [] } })
  }
  ctx.output.result({ data: describeBootstrap(report) })
  const failure = failureOf(report, ctx.signal)
  if (failure) throw failure
}
