import { realpathSync } from 'node:fs'
import { chmod, mkdir, readdir, rename, rm, rmdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { LoError, messageOf } from '../errors.js'
import type { DriverCluster } from './driver.js'

type Owner = Pick<DriverCluster, 'kubeconfig' | 'root'>

/** Saves a kubeconfig where only its owner can read it, and where git does not see it. */
export async function writeKubeconfig({ kubeconfig, root }: Owner, text: string): Promise<void> {
  const folder = path.dirname(kubeconfig)
  const fresh = `${kubeconfig}.new`
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    if (path.relative(realpathSync(root), realpathSync(folder)).startsWith('..')) {
      throw new LoError('PATH_OUTSIDE', `${folder} leads out of the project, where lo writes nothing.`)
    }
    await chmod(folder, 0o700)
    await writeFile(path.join(folder, ignore), '*\n')
    await writeFile(fresh, text, { mode: 0o600 })
    await rename(fresh, kubeconfig)
  } catch (cause) {
    if (cause instanceof LoError) throw cause
    throw new LoError(
      'WRITE_FAILED',
      `The kubeconfig ${kubeconfig} cannot be written: ${messageOf(cause)}.`,
      {
        cause,
      },
    )
  }
}

const ignore = '.gitignore'

/** Removes a kubeconfig, and the folder too when there is nothing else in it. */
export async function removeKubeconfig({ kubeconfig }: Owner): Promise<void> {
  await rm(kubeconfig, { force: true })
  const folder = path.dirname(kubeconfig)
  const left = await readdir(folder).catch(() => [''])
  if (left.some(name => name !== ignore)) return
  await rm(path.join(folder, ignore), { force: true })
  await rmdir(folder).catch(() => {})
}
