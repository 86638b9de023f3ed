import { existsSync } from 'node:fs'
import type { Context } from '../context.js'
import { LoError } from '../errors.js'
import { withAftermath } from './aftermath.js'
import { listKubeconfigs, removeKubeconfig, setKubeconfigAside } from './kubeconfig-file.js'
import { withLock } from './lock.js'
import type { Opened } from './open.js'
import { tryToDeregister } from './register.js'
import { step } from './step.js'

export interface DestroyPlan {
  /** All that goes, a line each; empty when there is nothing. */
  removed: string[]
  /** What people should know before: what of the cost ends, and what stays. A line each. */
  remarks: string[]
}

/** What a destroy would remove. Changes nothing. */
export async function planDestroy({
  cluster,
  driver,
}: Pick<Opened, 'cluster' | 'driver'>): Promise<DestroyPlan> {
  const found = await driver.inventory()
  const removed = [...found, ...listKubeconfigs(cluster, found.length > 0)]
  const { kubeconfig } = cluster
  const keepsKubeconfig = existsSync(kubeconfig) && !removed.includes(kubeconfig)
  return {
    removed,
    remarks: [
      ...((await driver.remarks?.('destroy')) ?? []),
      ...(keepsKubeconfig
        ? [`${kubeconfig} stays: no such cluster was found, so it may lead to one that is elsewhere`]
        : []),
    ],
  }
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
        const found = await driver.inventory()
        if (found.length > 0) await setKubeconfigAside(cluster)
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
