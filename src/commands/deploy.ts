import { type Command, Option } from 'commander'
import type { Context } from '../context.js'
import type { DeployFlags } from '../project/deploy-settings.js'
import { examples } from './examples.js'
import type { GlobalFlags } from './global.js'

interface Flags extends GlobalFlags, DeployFlags {
  forceConflicts?: boolean
  forceRecreate?: boolean
}

export function registerDeploy(program: Command, ctx: Context): void {
  program
    .command('deploy')
    .summary('apply artifacts: definitions, resources, health')
    .description(
      'Applies the artifacts of a domain to its cluster, target by target: CustomResourceDefinitions first, then all resources, then it waits until they are healthy. When it ends well, they are.',
    )
    .argument('[domain]', 'a folder in clusters/; without it the active domain')
    .argument('[target...]', 'folders in its targets/, in this order; without them all')
    .option('--filter <key=value>', 'only objects that are labelled lok8s.dev/<key>: <value>')
    .addOption(
      new Option(
        '--wait <what>',
        'whose health to wait for: all Deployments too, or this deploy alone',
      ).choices(['all', 'target', 'none']),
    )
    .option('--timeout <duration>', 'how long each target may take to be healthy, such as 120s or 5m')
    .option('--force-conflicts', 'take over fields that other managers have set')
    .option('--force-recreate', 'delete and make again what cannot be changed, or hangs while it is deleted')
    .addHelpText(
      'after',
      examples({
        'lo deploy': 'all targets of the active domain',
        'lo deploy example.com': 'all targets of example.com',
        'lo deploy example.com db web': 'two of them, db first',
        'lo deploy --filter type=system': 'what is labelled lok8s.dev/type: system, of all targets',
        'lo deploy --wait target --timeout 5m': 'look at the own objects alone, for five minutes',
      }),
    )
    .action(async (first: string | undefined, rest: string[], _flags: unknown, command: Command) => {
      const { deployWorkloads } = await import('./workloads.js')
      const { findProject, loadDomain, selectDomain } = await import('../project/index.js')
      const flags = command.optsWithGlobals<Flags>()
      const project = findProject(flags.dir, ctx)
      const named = first === undefined ? [] : [first, ...rest]
      const { domain, targets } = selectDomain(project, named, flags.domain, ctx)
      const loaded = { project, ...loadDomain(project, domain) }
      const { data, failure } = await deployWorkloads(loaded, targets, flags, ctx)
      ctx.output.result({ data })
      if (failure) throw failure
    })
}
