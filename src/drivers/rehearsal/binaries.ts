import { accessSync, constants, existsSync } from 'node:fs'
import { arch, platform } from 'node:os'
import path from 'node:path'
import type { Context } from '../../context.js'
import { LoError } from '../../errors.js'
import { cacheFolder } from '../../project/cache-folder.js'
import { type DownloadContext, download } from './download.js'
import { controlPlane, kubernetesVersion, releaseFor } from './release.js'

type World = DownloadContext & Pick<Context, 'cwd' | 'env'>

/**
 * The folder of the four programs of a control plane: `$KUBEBUILDER_ASSETS`, else the cache, which is filled with the
 * official release when need be. `release` is what this platform would download.
 */
export async function findBinaries(
  ctx: World,
  system = systemName(),
  release = releaseFor(system),
): Promise<string> {
  const named = ctx.env.KUBEBUILDER_ASSETS
  if (named) return checkNamed(path.resolve(ctx.cwd, named))
  const folder = path.join(cacheFolder(ctx.env), `kubernetes-${kubernetesVersion}-${system}`)
  if (missingIn(folder).length === 0) return folder
  if (!release) throw notOffered(system, folder)
  await download(folder, release, ctx)
  return folder
}

/** Which of the four programs a folder has not. */
export function missingIn(folder: string): string[] {
  return controlPlane.filter(name => {
    try {
      accessSync(path.join(folder, name), constants.X_OK)
      return false
    } catch {
      return true
    }
  })
}

/** The version of the binaries in a folder, such as `1.36.2`; undefined when they do not say. */
export async function versionOf(folder: string, { run }: Pick<Context, 'run'>): Promise<string | undefined> {
  const { stdout } = await run(path.join(folder, 'kube-apiserver'), ['--version'])
  return /\bv(\d+\.\d+\.\d+\S*)/.exec(stdout.toString())?.[1]
}

/** As Kubernetes calls this system: `linux-amd64`. */
function systemName(): string {
  const names: Record<string, string> = { x64: 'amd64' }
  return `${platform()}-${names[arch()] ?? arch()}`
}

function checkNamed(folder: string): string {
  const missing = missingIn(folder)
  if (missing.length === 0) return folder
  throw new LoError(
    'TOOL_MISSING',
    existsSync(folder)
      ? `${folder} (KUBEBUILDER_ASSETS) has no ${missing.join(', ')}.`
      : `There is no folder ${folder} (KUBEBUILDER_ASSETS).`,
    {
      hint: `It needs ${controlPlane.join(', ')}; without the variable lo downloads them where there are official ones.`,
    },
  )
}

function notOffered(system: string, folder: string): LoError {
  const message = `There are no official binaries of a Kubernetes control plane for ${system}.`
  return new LoError('TOOL_MISSING', message, {
    hint: `Build ${controlPlane.join(', ')}, and name their folder in KUBEBUILDER_ASSETS or put them into ${folder}.`,
  })
}
