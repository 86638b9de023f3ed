import path from 'node:path'
import type { Context } from '../../context.js'
import { LoError } from '../../errors.js'

export type HelmContext = Pick<Context, 'find' | 'run' | 'output'>

/** The path of helm. Throws `TOOL_MISSING` without one. */
export function findHelm({ find }: Pick<Context, 'find'>): string {
  const helm = find('helm')
  if (helm !== undefined) return helm
  throw new LoError('TOOL_MISSING', 'There is no helm on PATH, and the addons use charts.', {
    hint: 'Install Helm 3 or 4: https://helm.sh/docs/intro/install. Nothing has been applied.',
  })
}

/**
 * Runs helm, and answers with what it printed. `scratch` is a folder for what it caches: two helms that write one
 * index at the same time break each other. No kubeconfig is in its reach.
 */
export async function runHelm(
  args: string[],
  { scratch, refusal }: { scratch: string; refusal: (said: string) => LoError },
  ctx: HelmContext,
): Promise<{ stdout: string; said: string }> {
  const helm = findHelm(ctx)
  ctx.output.event({ type: 'command-started', command: [helm, ...args] })
  const { stdout, stderr, status } = await ctx.run(helm, args, {
    env: {
      HELM_CACHE_HOME: path.join(scratch, 'helm-cache'),
      HELM_REPOSITORY_CACHE: undefined,
      HELM_CONTENT_CACHE: undefined,
      HELM_DEBUG: undefined,
      KUBECONFIG: path.join(scratch, 'no-kubeconfig'),
    },
  })
  const said = stderr.replace(/^Error: /gm, '').trim()
  if (status === 0) return { stdout: stdout.toString(), said }
  throw refusal(said || `helm ended with exit code ${status} and said nothing.`)
}
