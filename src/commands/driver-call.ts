import type { Command } from 'commander'
import type { Context } from '../context.js'

/** Calls a driver that is a module of the project. `lo` starts this itself; it is no command for people. */
export function registerDriverCall(program: Command, ctx: Context): void {
  program
    .command('driver-call', { hidden: true })
    .summary('call a driver of the project')
    .description('Calls one function of a driver of the project, and answers on descriptor 3.')
    .argument('<domain>', 'a folder in clusters/')
    .argument('<function>', 'the name of the function')
    .action(async (domain: string, name: string) => {
      const { hostDriver } = await import('../drivers/custom/host.js')
      await hostDriver(domain, name, ctx)
    })
}
