import type { Command } from 'commander'
import type { AddonInfo } from '../bootstrap/addons.js'
import type { Context } from '../context.js'
import { LoError } from '../errors.js'
import type { Project } from '../project/root.js'
import type { Cluster } from '../project/spec/load.js'
import { examples } from './examples.js'
import type { GlobalFlags } from './global.js'

export function registerAddons(program: Command, ctx: Context): void {
  program
    .command('addons')
    .summary('list addons, or show what one of them would apply')
    .description(
      'Lists the addons that come with lo and those of the project, and which of them the cluster of the domain uses. With a name it renders that addon as the domain would apply it; the values of Secrets are not shown.',
    )
    .argument('[name]', 'an addon, or an entry of spec.bootstrap by its name')
    .addHelpText(
      'after',
      examples({
        'lo addons': 'all addons',
        'lo addons cilium': 'what cilium would apply to the active domain',
        'lo addons cilium --domain example.com': 'to another one',
      }),
    )
    .action(async (name: string | undefined, _flags: unknown, command: Command) => {
      const { describeAddons, showAddon } = await import('../bootstrap/addons.js')
      const { findProject } = await import('../project/index.js')
      const flags = command.optsWithGlobals<GlobalFlags>()
      const project = findProject(flags.dir, ctx)
      if (name === undefined) {
        const cluster = await findCluster(project, flags, ctx)
        const addons = describeAddons(project, cluster)
        return ctx.output.result({ text: formatAddons(addons, cluster), data: { addons } })
      }
      const cluster = await loadCluster(project, flags, ctx)
      const { entry, manifests } = await showAddon(project, cluster, name, ctx)
      ctx.output.result({ text: manifests.trimEnd(), data: { addon: entry.name, manifests } })
    })
}

async function loadCluster(project: Project, flags: GlobalFlags, ctx: Context): Promise<Cluster> {
  const { loadDomain, selectDomain } = await import('../project/index.js')
  return loadDomain(project, selectDomain(project, [], flags.domain, ctx).domain).cluster
}

/** The list is of use without a domain, too. */
async function findCluster(project: Project, flags: GlobalFlags, ctx: Context): Promise<Cluster | undefined> {
  try {
    return await loadCluster(project, flags, ctx)
  } catch (error) {
    const isNamed = flags.domain !== undefined || ctx.env.DOMAIN_NAME
    if (!isNamed && error instanceof LoError && error.code === 'DOMAIN_MISSING') return undefined
    throw error
  }
}

function formatAddons(addons: readonly AddonInfo[], cluster: Cluster | undefined): string {
  const rows = addons.map(({ name, origin, folder, chart, summary, usedAs }) => {
    const used = usedAs.length === 0 ? '' : usedAs.includes(name) ? 'used' : `used as ${usedAs.join(', ')}`
    return [name, cluster ? used : '', folder ?? origin, chart ?? '', summary]
  })
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map(row => row[column]!.length)))
  const lines = rows.map(row =>
    row
      .map((cell, column) => (widths[column] === 0 ? '' : `${cell.padEnd(widths[column]!)}  `))
      .join('')
      .trimEnd(),
  )
  return [...(cluster ? [`Addons for ${cluster.domain.name}:`] : []), ...lines].join('\n')
}
