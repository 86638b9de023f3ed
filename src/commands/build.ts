import type { Command } from 'commander'
import type { Context } from '../context.js'
import type { BuildFlags } from '../project/settings.js'
import { examples } from './examples.js'
import type { GlobalFlags } from './global.js'

export function registerBuild(program: Command, ctx: Context): void {
  program
    .command('build')
    .summary('render targets into artifacts')
    .description(
      'Renders the targets of a domain with kustomize into clusters/<domain>/artifacts/<target>/. A target that fails keeps the artifact it had.',
    )
    .argument('[domain]', 'a folder in clusters/; without it the active domain')
    .argument('[target...]', 'folders in its targets/; without them all')
    .option('--split', 'write a file for each resource instead of one artifacts.yaml')
    .option('--no-split', 'write one artifacts.yaml, whatever the spec says')
    .option('--enable-exec', 'let targets run KRM functions that are programs')
    .addHelpText(
      'after',
      examples({
        'lo build': 'all targets of the active domain',
        'lo build example.com': 'all targets of example.com',
        'lo build example.com web db': 'two of them',
        'lo build --split example.com': 'a file for each resource, for review',
      }),
    )
    .action(async (first: string | undefined, rest: string[], _flags: unknown, command: Command) => {
      const { buildWorkloads } = await import('./workloads.js')
      const { findProject, loadDomain, selectDomain } = await import('../project/index.js')
      const flags = command.optsWithGlobals<GlobalFlags & BuildFlags>()
      const project = findProject(flags.dir, ctx)
      const named = first === undefined ? [] : [first, ...rest]
      const { domain, targets } = selectDomain(project, named, flags.domain, ctx)
      const loaded = { project, ...loadDomain(project, domain) }
      const { data, failure } = await buildWorkloads(loaded, targets, flags, ctx)
      ctx.output.result({ data })
      if (failure) throw failure
    })
}
