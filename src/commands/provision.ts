import type { Command } from 'commander'
import type { Context } from '../context.js'
import type { ProvisionReport } from '../drivers/lifecycle.js'
import { examples } from './examples.js'
import type { GlobalFlags } from './global.js'

export function registerProvision(program: Command, ctx: Context): void {
  program
    .command('provision')
    .summary('create or converge the cluster')
    .description(
      'Creates the cluster of a domain, or brings it to what its spec says, and writes its kubeconfig into .kubeconfig/. A second run changes nothing; after an interrupted one it goes on.',
    )
    .argument('[domain]', 'a folder in clusters/; without it the active domain')
    .addHelpText(
      'after',
      examples({
        'lo provision': 'the cluster of the active domain',
        'lo provision example.com': 'the cluster of example.com',
      }),
    )
    .action(async (name: string | undefined, _flags: unknown, command: Command) => {
      const { describeProvision, provisionCluster } = await import('../drivers/lifecycle.js')
      const { openCluster } = await import('../drivers/open.js')
      const opened = await openCluster(name, command.optsWithGlobals<GlobalFlags>(), ctx)
      const report = await provisionCluster(opened, ctx)
      ctx.output.result({ text: formatProvision(report), data: describeProvision(report) })
    })
}

function formatProvision({ cluster, outcome, server }: ProvisionReport): string {
  return [
    `Cluster:    ${cluster.name} (${cluster.spec.kind}, ${outcome})`,
    `Server:     ${server}`,
    `Kubeconfig: ${cluster.kubeconfig}`,
  ].join('\n')
}
