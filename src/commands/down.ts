import type { Command } from 'commander'
import type { Context } from '../context.js'
import { confirmDomain } from './confirm.js'
import { examples } from './examples.js'
import type { GlobalFlags } from './global.js'
import { formatRemoval, tellRemoval } from './removal.js'

export function registerDown(program: Command, ctx: Context): void {
  program
    .command('down')
    .summary('stop Tilt and remove the cluster')
    .description(
      'The reverse of `lo up`: stops the Tilt of a domain, then removes the cluster as `lo destroy` does, with the same question.',
    )
    .argument('[domain]', 'a folder in clusters/; without it the active domain')
    .addHelpText('after', examples({ 'lo down': 'the active domain', 'lo down --yes': 'without a question' }))
    .action(async (name: string | undefined, _flags: unknown, command: Command) => {
      const { destroyCluster, planDestroy } = await import('../drivers/destroy.js')
      const { openCluster } = await import('../drivers/open.js')
      const { placeOfTilt } = await import('../tilt/plan.js')
      const { stopTilt } = await import('../tilt/run.js')
      const flags = command.optsWithGlobals<GlobalFlags & { yes?: boolean }>()
      const opened = await openCluster(name, flags, ctx)
      const { cluster } = opened
      const { domain } = cluster
      const plan = await planDestroy(opened)
      tellRemoval(plan, ctx)
      const { removed, remarks } = plan
      if (removed.length > 0 && !flags.yes) await confirmDomain(domain, ctx)
      const hadTilt = await stopTilt(placeOfTilt(cluster, ctx.env), ctx)
      if (removed.length > 0) await destroyCluster(opened, ctx)
      ctx.output.result({
        text: formatRemoval(plan, domain),
        data: {
          domain,
          removed,
          ...(remarks.length > 0 && { remarks }),
          tilt: hadTilt ? 'stopped' : 'absent',
        },
      })
    })
}
