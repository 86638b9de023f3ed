import type { Command } from 'commander'
import type { Context } from '../context.js'
import { examples } from './examples.js'
import type { GlobalFlags } from './global.js'

export function registerKubeconfig(program: Command, ctx: Context): void {
  program
    .command('kubeconfig')
    .summary("print the path of the cluster's kubeconfig")
    .description('Prints the path of the kubeconfig that provision has written, or its content.')
    .argument('[domain]', 'a folder in clusters/; without it the active domain')
    .option('--raw', 'print the content, which holds a secret key')
    .addHelpText(
      'after',
      examples({
        'export KUBECONFIG="$(lo kubeconfig)"': 'for kubectl and other tools',
        'lo kubeconfig --raw example.com > admin.yaml': 'a copy of it',
      }),
    )
    .action(async (name: string | undefined, _flags: unknown, command: Command) => {
      const { loadKubeconfig } = await import('../drivers/kubeconfig-file.js')
      const { loadNamed } = await import('../drivers/open.js')
      const flags = command.optsWithGlobals<GlobalFlags & { raw?: boolean }>()
      const loaded = loadNamed(name, flags, ctx)
      const { file, content } = loadKubeconfig(loaded)
      const data = { domain: loaded.cluster.domain.name, kubeconfig: file, ...(flags.raw && { content }) }
      ctx.output.result({ text: flags.raw ? content.trimEnd() : file, data })
    })
}
