import type { Command } from 'commander'
import type { BootstrapFacts } from '../bootstrap/report.js'
import type { Context } from '../context.js'
import type { ProvisionReport } from '../drivers/lifecycle.js'
import { formatRegistered } from '../kubehz/announce.js'
import { formatTime } from '../output/format.js'
import { bootstrap } from './bootstrap.js'
import { examples } from './examples.js'
import type { GlobalFlags } from './global.js'
import { checkTrouble, collect, type SimulationFlags, showProvision } from './simulate.js'

export function registerProvision(program: Command, ctx: Context): void {
  program
    .command('provision')
    .summary('create or converge the cluster')
    .description(
      'Creates the cluster of a domain, or brings it to what its spec says, and writes its kubeconfig into .kubeconfig/. Then bootstraps it, and registers it with kubehz when spec.kubehz.access asks for that. A second run changes nothing; after a failed or interrupted one it goes on.',
    )
    .argument('[domain]', 'a folder in clusters/; without it the active domain')
    .option('--bootstrap', 'only apply spec.bootstrap again, to a cluster that there is already')
    .option('--plan', 'print what would be created, changed, kept and deleted, and do nothing')
    .option('--shrink', 'also remove what the spec does not want any more: nodes are drained first')
    .option(
      '--simulate',
      'make the cluster in memory and in virtual time: no token, nothing is sent or written',
    )
    .option('--trouble <name>', 'what goes wrong in a simulation; may be given again', collect)
    .addHelpText(
      'after',
      examples({
        'lo provision': 'the cluster of the active domain',
        'lo provision example.com': 'the cluster of example.com',
        'lo provision --plan': 'see first what it would do',
        'lo provision --simulate': 'try the spec first: what is made, how long it takes, what it costs',
        'lo provision --simulate --trouble sold-out': 'see what becomes of it when there are no servers',
        'lo provision --bootstrap': 'its addons alone, as lo bootstrap does',
      }),
    )
    .action(async (name: string | undefined, _flags: unknown, command: Command) => {
      const { describeProvision, provisionCluster } = await import('../drivers/lifecycle.js')
      const { openForProvision } = await import('../drivers/open.js')
      const { formatPlan, planProvision } = await import('../drivers/plan.js')
      const flags = command.optsWithGlobals<
        GlobalFlags & SimulationFlags & { plan?: boolean; bootstrap?: boolean; shrink?: boolean }
      >()
      checkTrouble(flags)
      if (flags.simulate) return showProvision(name, flags, ctx)
      if (flags.bootstrap && !flags.plan) return bootstrap(name, flags, ctx)
      const opened = await openForProvision(name, flags, ctx)
      if (flags.plan) {
        const plan = await planProvision(opened, ctx)
        const remarks = (await opened.driver.remarks?.('provision')) ?? []
        ctx.output.result({
          text: formatPlan(plan, remarks),
          data: { domain: opened.cluster.domain, plan, ...(remarks.length > 0 && { remarks }) },
        })
        return
      }
      const report = await provisionCluster(opened, ctx)
      ctx.output.result({ text: formatProvision(report), data: describeProvision(report) })
    })
}

/** What people get of a provision. */
export function formatProvision({
  cluster,
  outcome,
  server,
  bootstrap,
  registered,
}: ProvisionReport): string {
  return [
    `Cluster:    ${cluster.name} (${cluster.spec.kind}, ${outcome})`,
    ...(server ? [`Server:     ${server}`, `Kubeconfig: ${cluster.kubeconfig}`] : []),
    ...(bootstrap ? [`Addons:     ${countAddons(bootstrap)}`] : []),
    ...(registered ? [formatRegistered(registered)] : []),
  ].join('\n')
}

function countAddons({ entries, milliseconds }: BootstrapFacts): string {
  const changed = entries.filter(({ outcome }) => outcome !== 'unchanged').length
  const count = changed === 0 ? 'none changed' : changed === entries.length ? '' : `${changed} changed`
  return `${[`${entries.length} applied`, count].filter(Boolean).join(', ')}  ${formatTime(milliseconds)}`
}
