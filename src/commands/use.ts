import type { Command } from 'commander'
import type { Context } from '../context.js'
import { spellOut } from '../project/name.js'
import type { Overview } from '../project/overview.js'
import { examples } from './examples.js'
import type { GlobalFlags } from './global.js'

export function registerUse(program: Command, ctx: Context): void {
  program
    .command('use')
    .summary('set or show the active domain')
    .description(
      'Sets the active domain, which other commands take when none is named. Without a domain: shows it, and all there are.',
    )
    .argument('[domain]', 'a folder in clusters/ with a spec')
    .addHelpText(
      'after',
      examples({
        'lo use': 'show the active domain and list all',
        'lo use example.com': 'make example.com the active domain',
      }),
    )
    .action(async (name: string | undefined, _flags: unknown, command: Command) => {
      const { describeDomains, findDomain, findProject, writeActive } = await import('../project/index.js')
      const flags = command.optsWithGlobals<GlobalFlags>()
      const project = findProject(flags.dir, ctx)
      const wanted = name ?? flags.domain
      if (wanted === undefined) {
        const overview = describeDomains(project, ctx.output)
        ctx.output.result({
          text: formatOverview(overview),
          data: { active: overview.active ?? null, domains: overview.domains },
        })
        return
      }
      const domain = findDomain(project, wanted)
      await writeActive(project, domain.name)
      ctx.output.result({ text: `Active domain: ${domain.name}`, data: { active: domain.name } })
    })
}

function formatOverview({ active, domains }: Overview): string {
  const head = active === undefined ? 'No active domain set.' : `Active: ${active}`
  if (domains.length === 0) return `${head}\n\nThere is no domain in clusters/ yet.`
  const rows = domains.map(
    ({ name, kind, clusterRef }) =>
      `  ${name} (${spellOut(clusterRef === undefined ? kind : `${kind} -> ${clusterRef}`)})`,
  )
  return [head, '', 'Available domains:', ...rows].join('\n')
}
