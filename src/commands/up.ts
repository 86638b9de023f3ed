import type { Command } from 'commander'
import type { Context } from '../context.js'
import { examples } from './examples.js'
import type { GlobalFlags } from './global.js'
import { formatProvision } from './provision.js'

interface Flags extends GlobalFlags {
  ci?: boolean
  timeout?: string
}

export function registerUp(program: Command, ctx: Context): void {
  program
    .command('up')
    .summary('provision, bootstrap, then Tilt, or build and deploy')
    .description(
      'Brings a domain up: provisions and bootstraps its cluster, then starts Tilt in the background when the project has a Tiltfile, and else builds and deploys all targets. What fails keeps the rest from starting.',
    )
    .argument('[domain]', 'a folder in clusters/; without it the active domain')
    .option('--ci', 'run `tilt ci` to its end instead of Tilt in the background')
    .option('--timeout <duration>', 'how long `tilt ci`, or the health of each target, may take')
    .addHelpText(
      'after',
      examples({
        'lo up': 'the active domain',
        'lo up --ci --timeout 20m': 'in a job, with a Tiltfile',
      }),
    )
    .action(async (name: string | undefined, _flags: unknown, command: Command) => {
      const { describeProvision, provisionCluster } = await import('../drivers/lifecycle.js')
      const { loadNamed, openForProvision } = await import('../drivers/open.js')
      const { planTilt } = await import('../tilt/plan.js')
      const flags = command.optsWithGlobals<Flags>()
      const opened = await openForProvision(name, flags, ctx)
      const tilt = planTilt(opened.cluster, ctx)
      const report = await provisionCluster(opened, ctx)
      let data = describeProvision(report)
      ctx.output.result({ text: formatProvision(report), data })
      if (tilt) {
        const { runTilt } = await import('../tilt/run.js')
        const started = await runTilt(tilt, flags, ctx)
        ctx.output.result({ text: started.text, data: { ...data, tilt: started.data } })
        return
      }
      const { buildWorkloads, deployWorkloads } = await import('./workloads.js')
      const loaded = loadNamed(opened.cluster.domain, flags, ctx)
      const build = await buildWorkloads(loaded, [], {}, ctx)
      data = { ...data, build: build.data }
      ctx.output.result({ data })
      if (build.failure) throw build.failure
      const timeout = flags.timeout === undefined ? {} : { timeout: flags.timeout }
      const deploy = await deployWorkloads(loaded, [], timeout, ctx)
      ctx.output.result({ data: { ...data, deploy: deploy.data } })
      if (deploy.failure) throw deploy.failure
    })
}
