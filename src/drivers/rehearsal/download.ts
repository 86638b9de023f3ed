import { createHash, randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, open, rename, rm } from 'node:fs/promises'
import path from 'node:path'
import type { Context } from '../../context.js'
import { LoError, messageOf, systemCode } from '../../errors.js'
import { step } from '../step.js'
import { controlPlane, type Release, type ReleaseFile } from './release.js'

export type DownloadContext = Pick<Context, 'fetch' | 'run' | 'signal' | 'sleep' | 'now' | 'output'>

/**
 * Fills a folder with the programs of a release, those that it has not yet. What stands in it is whole, and has the
 * checksum of the source. Throws `DOWNLOAD_FAILED`.
 */
export async function download(folder: string, release: Release, ctx: DownloadContext): Promise<void> {
  const results = await Promise.allSettled([
    ...Object.entries(release.binaries).map(([name, file]) =>
      ensure(folder, name, ctx, fresh => fetchFile(file, fresh, ctx)),
    ),
    ensure(folder, 'etcd', ctx, fresh => fetchEtcd(release.etcd, fresh, ctx)),
  ])
  ctx.signal.throwIfAborted()
  const failures = results.filter(result => result.status === 'rejected').map(({ reason }) => reason)
  if (failures.length === 0) return
  const [first] = failures
  if (first instanceof LoError || !systemCode(first)) throw first
  throw new LoError('DOWNLOAD_FAILED', `${folder} cannot be filled: ${messageOf(first)}.`, {
    hint: 'The programs take 300 MB. XDG_CACHE_HOME names another folder for caches.',
    cause: first,
  })
}

/** Renamed when it is whole and right, so that what stands in the cache can be trusted. */
async function ensure(
  folder: string,
  name: string,
  ctx: DownloadContext,
  make: (fresh: string) => Promise<void>,
): Promise<void> {
  const file = path.join(folder, name)
  if (existsSync(file)) return
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const fresh = `${file}.${randomBytes(4).toString('hex')}`
  try {
    await step(`Download ${name}`, ctx, () => make(fresh))
    await rename(fresh, file)
  } finally {
    await rm(fresh, { recursive: true, force: true })
  }
}

async function fetchEtcd(etcd: Release['etcd'], fresh: string, ctx: DownloadContext): Promise<void> {
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

/** Milliseconds before each further try. */
const pauses = [1000, 3000]

/** Writes a file that has exactly the bytes that are expected. */
async function fetchFile({ url, sha256 }: ReleaseFile, file: string, ctx: DownloadContext): Promise<void> {
  for (let tries = 0; ; tries++) {
    const result = await fetchOnce(url, file, ctx)
    if ('found' in result) {
      if (result.found === sha256) return
      throw spoiled(url, sha256, result.found)
    }
    ctx.signal.throwIfAborted()
    const pause = pauses[tries]
    if (!result.mayPass || pause === undefined) throw unavailable(url, result.reason, path.dirname(file))
    await ctx.sleep(pause)
  }
}

type Fetched = { found: string } | { reason: string; mayPass: boolean }

/** The SHA-256 of what has come, or why it has not. Throws what the disk has to say. */
async function fetchOnce(
  url: string,
  file: string,
  { fetch, signal }: Pick<DownloadContext, 'fetch' | 'signal'>,
): Promise<Fetched> {
  const hash = createHash('sha256')
  const target = await open(file, 'w', 0o700)
  try {
    const response = await fetch(url, { signal })
    const { ok, status, body } = response
    if (!ok || !body) {
      await body?.cancel()
      return { reason: `the server answers ${status}`, mayPass: status === 429 || status >= 500 }
    }
    for await (const part of body) {
      hash.update(part)
      await target.write(part)
    }
    return { found: hash.digest('hex') }
  } catch (error) {
    if ((error as { syscall?: unknown }).syscall === 'write') throw error
    const { cause = error } = error as { cause?: unknown }
    return { reason: messageOf(cause), mayPass: true }
  } finally {
    await target.close()
  }
}

function spoiled(url: string, expected: string, found: string): LoError {
  return new LoError('DOWNLOAD_FAILED', `${url} is not the file it should be, and has been deleted.`, {
    detail: `SHA-256 expected: ${expected}\nSHA-256 found:    ${found}`,
    hint: 'Something on the way changes downloads, a proxy perhaps. Try another network.',
  })
}

function unavailable(url: string, reason: string, folder: string): LoError {
  return new LoError('DOWNLOAD_FAILED', `${url} cannot be downloaded: ${reason}.`, {
    hint: `Three ways to get ${controlPlane.join(', ')}: run this once where the address can be reached; copy them into ${folder} from a machine that has them; or name a folder that holds them in KUBEBUILDER_ASSETS.`,
  })
}
