import { existsSync } from 'node:fs'
import type { Context } from '../context.js'
import type { Planned } from '../events.js'
import type { Opened } from './open.js'

/** What a provision would do, part by part. Writes nothing, and asks nobody who might. */
export async function planProvision(opened: Opened, { output }: Pick<Context, 'output'>): Promise<Planned[]> {
  const { cluster, driver, bootstrap, registration } = opened
  const parts = await driver.plan?.()
  if (!parts) {
    const message = `the driver of kind ${cluster.spec.kind} does not tell what it would change`
    output.event({ type: 'warning', message })
  }
  const hasKubeconfig = existsSync(cluster.kubeconfig)
  return [
    ...(parts ?? [{ action: 'keep', what: `the cluster ${cluster.name}` } as const]),
    { action: hasKubeconfig ? 'keep' : 'create', what: cluster.kubeconfig },
    ...((await bootstrap?.plan(hasKubeconfig ? cluster.kubeconfig : undefined)) ?? []),
    ...(registration
      ? [{ action: 'create', what: `registration with ${registration.apiUrl}` } as const]
      : []),
  ]
}

/** One line for each part, the actions in one column; then what else there is to know. */
export function formatPlan(planned: readonly Planned[], remarks: readonly string[] = []): string {
  const lines = planned.map(({ action, what }) => `${action.padEnd('change'.length)}  ${what}`)
  return [...lines, ...remarks].join('\n')
}
