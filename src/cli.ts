import { Command } from 'commander'
import manifest from '../package.json' with { type: 'json' }
import { registerAddons } from './commands/addons.js'
import { registerBootstrap } from './commands/bootstrap.js'
import { registerBuild } from './commands/build.js'
import { registerDeploy } from './commands/deploy.js'
import { registerDestroy } from './commands/destroy.js'
import { registerDown } from './commands/down.js'
import { registerDriverCall } from './commands/driver-call.js'
import { examples } from './commands/examples.js'
import { registerKubeconfig } from './commands/kubeconfig.js'
import { registerKubehz } from './commands/kubehz.js'
import { registerLint } from './commands/lint.js'
import { registerProvision } from './commands/provision.js'
import { registerRehearsalKubelet } from './commands/rehearsal-kubelet.js'
import { registerSchema } from './commands/schema.js'
import { registerStatus } from './commands/status.js'
import { registerUp } from './commands/up.js'
import { registerUse } from './commands/use.js'
import type { Context } from './context.js'

const registrations = [
  registerUse,
  registerBuild,
  registerDeploy,
  registerStatus,
  registerProvision,
  registerBootstrap,
  registerAddons,
  registerDestroy,
  registerUp,
  registerDown,
  registerKubeconfig,
  registerLint,
  registerKubehz,
  registerSchema,
  registerRehearsalKubelet,
  registerDriverCall,
]

/** The command line: global flags and the list of commands. */
export function createProgram(ctx: Context): Command {
  let said = ''
  // `.command()` after these settings: commands inherit them only then.
  const program = new Command('lo')
    .description('Takes a Kubernetes cluster from a folder of YAML to running and healthy.')
    .option('-C, --dir <folder>', 'the project: the folder that holds clusters/')
    .option('--domain <domain>', 'the domain, when it is not the first argument')
    .option('--kubeconfig <file>', "another kubeconfig than the domain's own")
    .option('--context <name>', 'a context of the kubeconfig')
    .option('--json', 'print one JSON document on stdout, on success and on failure')
    .option('-v, --verbose', 'show every external command')
    .option('-q, --quiet', 'show warnings, errors and results only')
    .option('--no-color', 'show no colour')
    .option('-y, --yes', 'never ask')
    .version(manifest.version, '--version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .addHelpText(
      'after',
      examples({
        'lo use example.com': 'choose a domain',
        'lo build': 'render its targets',
        'lo build --help': 'more on one command',
      }),
    )
    .configureHelp({ showGlobalOptions: true, sortSubcommands: false })
    .configureOutput({
      writeOut: text => {
        said += text
        ctx.output.result({ text: text.trimEnd(), data: { text: said.trimEnd() } })
      },
      writeErr: () => {},
    })
    .exitOverride()
  for (const register of registrations) register(program, ctx)
  return program
}
