import { type Command, InvalidArgumentError } from 'commander'
import type { Context } from '../context.js'
import { LoError } from '../errors.js'
import type { GlobalFlags } from './global.js'

interface KubeletFlags {
  nodes: number
  delay: number
  folder: string
}

/** The simulated nodes of a rehearsed cluster. Its driver starts and stops this; it is no command for people. */
export function registerRehearsalKubelet(program: Command, ctx: Context): void {
  program
    .command('rehearsal-kubelet', { hidden: true })
    .summary('play the nodes of a rehearsed cluster')
    .description('Plays the nodes of a rehearsed cluster until it is told to stop. Takes --kubeconfig.')
    .requiredOption('--nodes <n>', 'how many nodes there are', readNumber)
    .requiredOption('--delay <ms>', 'how long pods take until they are ready', readNumber)
    .requiredOption('--folder <folder>', 'the folder of the rehearsed cluster')
    .action(async (_flags: unknown, command: Command) => {
      const { runKubelet } = await import('../drivers/rehearsal/kubelet/kubelet.js')
      const { kubeconfig, nodes, delay, folder } = command.optsWithGlobals<GlobalFlags & KubeletFlags>()
      if (kubeconfig === undefined) throw new LoError('USAGE', 'There is no --kubeconfig.')
      await runKubelet({ kubeconfig, nodes, delay, folder }, ctx)
    })
}

function readNumber(text: string): number {
  if (!/^\d{1,7}$/.test(text)) throw new InvalidArgumentError('It should be a number.')
  return Number(text)
}
