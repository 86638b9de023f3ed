import type { Context } from '../context.js'
import { LoError } from '../errors.js'
import { withAftermath } from './aftermath.js'
import { listKubeconfigs, removeKubeconfig, setKubeconfigAside } from './kubeconfig-file.js'
import { withLock } from './lock.js'
import type { Opened } from './open.js'
import { tryToDeregister } from './register.js'
import { step } from './step.js'

/** All that a destroy would remove, a line each. */
export async function planDestroy({ cluster, driver }: Opened): Promise<string[]> {
  const found = await driver.inventory()
  return [...found, ...listKubeconfigs(cluster, found.length > 0)]
}

/**
 * Removes everything that provision has made, and makes sure that nothing of it is left. What belongs to the project
 * stays: the spec, targets, artifacts.
 */
export async function destroyCluster(opened: Opened, ctx: Context): Promise<void> {
  const { cluster, driver } = opened
  const again = `Run \`lo destroy ${cluster.domain}\` again to go on.`
  await withLock(opened.lock, cluster.domain, ctx, async () => {
    await tryToDeregister(opened, ctx)
    await withAftermath(opened, again, ctx, () =>
      step(`Remove the cluster of ${cluster.domain}`, ctx, async () => {
        await setKubeconfigAside(cluster)
        await driver.destroy()
        await removeKubeconfig(cluster)
      }),
    )
    const left = await driver.inventory()
    if (left.length === 0) return
    throw new LoError('DESTROY_FAILED', `Something of the cluster of ${cluster.domain} is left.`, {
      detail: left.join('\n'),
      hint: again,
    })
  })
}
