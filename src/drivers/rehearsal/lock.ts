import { randomBytes } from 'node:crypto'
import { link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { Context } from '../../context.js'
import { LoError, systemCode } from '../../errors.js'
import { identify, isAlive, type Process } from './process.js'

/**
 * Does the work while no other `lo` on this machine can. Throws `CLUSTER_BUSY` when one does already; a lock whose
 * holder is gone is taken over.
 */
export async function withLock<Value>(
  file: string,
  domain: string,
  ctx: Pick<Context, 'pid' | 'run'>,
  work: () => Promise<Value>,
): Promise<Value> {
  await mkdir(path.dirname(file), { recursive: true, mode: 0o700 })
  const mine = JSON.stringify(await identify(ctx.pid, ctx))
  await acquire(file, mine, domain, ctx)
  try {
    return await work()
  } finally {
    await rm(file, { force: true })
  }
}

async function acquire(file: string, mine: string, domain: string, ctx: Pick<Context, 'run'>): Promise<void> {
  const own = `${file}.${randomBytes(4).toString('hex')}`
  await writeFile(own, mine, { mode: 0o600 })
  try {
    while (!(await linkNew(own, file))) await removeStale(file, domain, ctx)
  } finally {
    await rm(own, { force: true })
  }
}

/** A link, and not a new file that is then written: so nobody ever reads half a lock. */
async function linkNew(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to)
    return true
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return false
    throw error
  }
}

async function removeStale(file: string, domain: string, ctx: Pick<Context, 'run'>): Promise<void> {
  const text = await readFile(file, 'utf8').catch(() => undefined)
  if (text === undefined) return
  const holder = parseHolder(text)
  if (holder && (await isAlive(holder, ctx))) {
    throw new LoError('CLUSTER_BUSY', `Another lo (process ${holder.pid}) is at work on ${domain}.`, {
      hint: 'Wait until it is done, or end it.',
    })
  }
  const taken = `${file}.${randomBytes(4).toString('hex')}`
  const isTaken = await rename(file, taken).then(
    () => true,
    () => false,
  )
  if (!isTaken) return
  // Somebody else may have taken the stale lock over, and made a new one, since it was read.
  if ((await readFile(taken, 'utf8')) !== text) await linkNew(taken, file)
  await rm(taken, { force: true })
}

function parseHolder(text: string): Process | undefined {
  try {
    const { pid, born } = JSON.parse(text) as Partial<Process>
    return typeof pid === 'number' && typeof born === 'string' ? { pid, born } : undefined
  } catch {
    return undefined
  }
}
