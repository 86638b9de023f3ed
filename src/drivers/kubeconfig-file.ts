import { existsSync, readFileSync, realpathSync } from 'node:fs'
import { chmod, mkdir, readdir, rename, rm, rmdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { LoError, messageOf } from '../errors.js'
import type { Project } from '../project/root.js'
import type { LoadedDomain } from '../project/spec/load.js'
import { kubeconfigFile } from '../project/variables.js'
import type { DriverCluster } from './driver.js'

type Owner = Pick<DriverCluster, 'kubeconfig' | 'root'>

const ignore = '.gitignore'

/** Makes the folder of kubeconfigs, which only its owner can read and git does not see. */
export async function makeKubeconfigFolder({ kubeconfig, root }: Owner): Promise<void> {
  const folder = path.dirname(kubeconfig)
  await orRefuse(folder, async () => {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    if (path.relative(realpathSync(root), realpathSync(folder)).startsWith('..')) {
      throw new LoError('PATH_OUTSIDE', `${folder} leads out of the project, where lo writes nothing.`)
    }
    await chmod(folder, 0o700)
    await writeFile(path.join(folder, ignore), '*\n')
  })
}

/**
 * Saves a kubeconfig where only its owner can read it. `check` gets the path of the new one, and throws when it is
 * none: then the older one stays.
 */
export async function writeKubeconfig(
  owner: Owner,
  text: string,
  check: (file: string) => Promise<void>,
): Promise<void> {
  await makeKubeconfigFolder(owner)
  const fresh = `${owner.kubeconfig}.new`
  await orRefuse(owner.kubeconfig, async () => {
    await rm(fresh, { force: true })
    await writeFile(fresh, text, { mode: 0o600 })
  })
  try {
    await check(fresh)
    await rename(fresh, owner.kubeconfig)
  } finally {
    await rm(fresh, { force: true })
  }
  await rm(setAside(owner.kubeconfig), { force: true })
}

/** Where a kubeconfig is while its cluster is destroyed: the driver may still need it, and nobody else finds it. */
const setAside = (kubeconfig: string) => `${kubeconfig}.destroying`

/** The kubeconfig of a cluster that stands, or that is being destroyed. */
export function presentKubeconfig(kubeconfig: string): string {
  const aside = setAside(kubeconfig)
  return !existsSync(kubeconfig) && existsSync(aside) ? aside : kubeconfig
}

/** Those that a destroy removes. One without a cluster may be anybody's, unless a destroy has set it aside. */
export function listKubeconfigs({ kubeconfig }: Owner, hasCluster: boolean): string[] {
  const ours = hasCluster ? [kubeconfig, setAside(kubeconfig)] : [setAside(kubeconfig)]
  return ours.filter(existsSync)
}

/** From now on the kubeconfig is only that of a cluster that goes. */
export async function setKubeconfigAside({ kubeconfig }: Owner): Promise<void> {
  if (existsSync(kubeconfig)) await rename(kubeconfig, setAside(kubeconfig))
}

/** Removes a kubeconfig that was set aside, and the folder too when there is nothing else in it. */
export async function removeKubeconfig({ kubeconfig }: Owner): Promise<void> {
  await rm(setAside(kubeconfig), { force: true })
  const folder = path.dirname(kubeconfig)
  const left = await readdir(folder).catch(() => [''])
  if (left.some(name => name !== ignore)) return
  await rm(path.join(folder, ignore), { force: true })
  await rmdir(folder).catch(() => {})
}

async function orRefuse(file: string, work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (cause) {
    if (cause instanceof LoError) throw cause
    throw new LoError('WRITE_FAILED', `${file} cannot be written: ${messageOf(cause)}.`, { cause })
  }
}

/** The kubeconfig of the cluster of a domain, or the one it deploys into. Throws `CLUSTER_UNKNOWN` without one. */
export function loadKubeconfig({ project, cluster }: Pick<LoadedDomain, 'cluster'> & { project: Project }): {
  file: string
  content: string
} {
  const file = kubeconfigFile(project, cluster)
  if (existsSync(file)) return { file, content: readFileSync(file, 'utf8') }
  const { name } = cluster.domain
  throw new LoError('CLUSTER_UNKNOWN', `${name} has no kubeconfig ${path.relative(project.root, file)}.`, {
    hint: `Run \`lo provision ${name}\` first.`,
  })
}
