import { createHash, randomBytes } from 'node:crypto'
import { accessSync, constants, existsSync } from 'node:fs'
import { mkdir, open, rename, rm } from 'node:fs/promises'
import { arch, platform } from 'node:os'
import path from 'node:path'
import type { Context } from '../../context.js'
import { LoError, messageOf, systemCode } from '../../errors.js'
import { cacheFolder } from '../../project/cache-folder.js'
import { step } from '../step.js'
import {
  kubernetesBinaries,
  kubernetesVersion,
  type Release,
  type ReleaseFile,
  releaseFor,
} from './release.js'

const binaries = ['etcd', ...kubernetesBinaries] as const

type World = Pick<Context, 'cwd' | 'env' | 'fetch' | 'run' | 'signal' | 'now' | 'output'>

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
  await step(`Download Kubernetes ${kubernetesVersion}`, ctx, () => download(folder, release, ctx))
  return folder
}

/** Which of the four programs a folder has not. */
export function missingIn(folder: string): string[] {
  return binaries.filter(name => {
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
      hint: `It needs ${binaries.join(', ')}; without the variable lo downloads them where there are official ones.`,
    },
  )
}

function notOffered(system: string, folder: string): LoError {
  const message = `There are no official binaries of a Kubernetes control plane for ${system}.`
  return new LoError('TOOL_MISSING', message, {
    hint: `Build ${binaries.join(', ')}, and name their folder in KUBEBUILDER_ASSETS or put them into ${folder}.`,
  })
}

async function download(folder: string, { binaries, etcd }: Release, ctx: World): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const results = await Promise.allSettled([
    ...Object.entries(binaries).map(([name, file]) =>
      ensure(folder, name, fresh => fetchFile(file, fresh, ctx)),
    ),
    ensure(folder, 'etcd', fresh => fetchEtcd(etcd, fresh, ctx)),
  ])
  ctx.signal.throwIfAborted()
  const failure = results.find(result => result.status === 'rejected')
  if (!failure) return
  if (failure.reason instanceof LoError) throw failure.reason
  const code = systemCode(failure.reason)
  throw new LoError('DOWNLOAD_FAILED', `The binaries of Kubernetes cannot be written: ${code}.`, {
    cause: failure.reason,
  })
}

/** Renamed when it is whole and right, so that what stands in the cache can be trusted. */
async function ensure(folder: string, name: string, make: (fresh: string) => Promise<void>): Promise<void> {
  const file = path.join(folder, name)
  if (existsSync(file)) return
  const fresh = `${file}.${randomBytes(4).toString('hex')}`
  try {
    await make(fresh)
    await rename(fresh, file)
  } finally {
    await rm(fresh, { recursive: true, force: true })
  }
}

async function fetchEtcd(etcd: Release['etcd'], fresh: string, ctx: World): Promise<void> {
  const archive = `${fresh}.tar.gz`
  const unpacked = `${fresh}.unpacked`
  try {
    await fetchFile(etcd, archive, ctx)
    await mkdir(unpacked, { mode: 0o700 })
    const { status, stderr } = await ctx.run('tar', ['-xzf', archive, '-C', unpacked, etcd.member])
    if (status !== 0)
      throw new LoError('DOWNLOAD_FAILED', `${etcd.url} cannot be unpacked.`, { detail: stderr })
    await rename(path.join(unpacked, etcd.member), fresh)
  } finally {
    await rm(archive, { force: true })
    await rm(unpacked, { recursive: true, force: true })
  }
}

const longestDownload = 15 * 60 * 1000

/** Writes a file that has exactly the bytes that are expected, or throws `DOWNLOAD_FAILED`. */
async function fetchFile({ url, sha256 }: ReleaseFile, file: string, ctx: World): Promise<void> {
  const hash = createHash('sha256')
  const target = await open(file, 'wx', 0o700)
  try {
    const signal = AbortSignal.any([ctx.signal, AbortSignal.timeout(longestDownload)])
    const response = await ctx.fetch(url, { signal })
    if (!response.ok || !response.body) throw new Error(`the server answers ${response.status}`)
    for await (const part of response.body) {
      hash.update(part)
      await target.write(part)
    }
  } catch (cause) {
    ctx.signal.throwIfAborted()
    throw unavailable(url, cause, path.dirname(file))
  } finally {
    await target.close()
  }
  const found = hash.digest('hex')
  if (found === sha256) return
  throw new LoError('DOWNLOAD_FAILED', `${url} is not the file it should be, and has been deleted.`, {
    detail: `SHA-256 expected: ${sha256}\nSHA-256 found:    ${found}`,
    hint: 'Something on the way changes downloads, a proxy perhaps. Try another network.',
  })
}

function unavailable(url: string, cause: unknown, folder: string): LoError {
  const reason = cause instanceof Error && cause.cause ? messageOf(cause.cause) : messageOf(cause)
  return new LoError('DOWNLOAD_FAILED', `${url} cannot be downloaded: ${reason}.`, {
    hint: `Three ways to get ${binaries.join(', ')}: run this once where the address can be reached; copy them into ${folder} from a machine that has them; or name a folder that holds them in KUBEBUILDER_ASSETS.`,
    cause,
  })
}
