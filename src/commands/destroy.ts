import type { Command } from 'commander'
import type { Context } from '../context.js'
import { confirmDomain } from './confirm.js'
import { examples } from './examples.js'
import type { GlobalFlags } from './global.js'
import { formatRemoval, tellRemoval } from './removal.js'
import { checkTrouble, collect, type SimulationFlags, showDestroy } from './simulate.js'

export function registerDestroy(program: Command, ctx: Context): void {
  program
    .command('destroy')
    .summary('remove the cluster and everything provision made')
    .description(
      'Removes the cluster of a domain with all that runs in it, and its kubeconfig. Says first what goes, and asks for the name of the domain; without a terminal it wants --yes. The spec, targets and artifacts stay.',
    )
    .argument('[domain]', 'a folder in clusters/; without it the active domain')
    .option('--volumes', 'also remove volumes made from inside the cluster, and their data')
    .option('--simulate', 'make the cluster in memory and remove it there: no token, nothing real is touched')
    .option('--trouble <name>', 'what goes wrong in a simulation; may be given again', collect)
    .addHelpText(
      'after',
      examples({
        'lo destroy example.com': 'the cluster of example.com',
        'lo destroy example.com --yes': 'without a question',
      }),
    )
    .action(async (name: string | undefined, _flags: unknown, command: Command) => {
      const { destroyCluster, planDestroy } = await import('../drivers/destroy.js')
      const { openCluster } = await import('../drivers/open.js')
      const flags = command.optsWithGlobals<
        GlobalFlags & SimulationFlags & { yes?: boolean; volumes?: boolean }
      >()
      checkTrouble(flags)
      if (flags.simulate) return showDestroy(name, flags, ctx)
      const opened = await openCluster(name, flags, ctx)
      const { domain } = opened.cluster
      const plan = await planDestroy(opened)
      tellRemoval(plan, ctx)
      const { removed, remarks } = plan
      if (removed.length > 0) {
        if (!flags.yes) await confirmDomain(domain, ctx)
        await destroyCluster(opened, ctx)
      }
      ctx.output.result({
        text: formatRemoval(plan, domain),
        data: { domain, removed, ...(remarks.length > 0 && { remarks }) },
      })
    })
}
