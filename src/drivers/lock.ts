import { createHash, randomBytes } from 'node:crypto'
import { mkdir, readdir, rm, rmdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { Context } from '../context.js'
import { LoError, systemCode } from '../errors.js'
import { cacheFolder } from '../project/cache-folder.js'
import type { DriverCluster } from './driver.js'
import { identify, isAlive, type Process } from './process.js'

type World = Pick<Context, 'pid' | 'run' | 'sleep'>

/**
 * The folder by which one `lo` keeps others on this machine from the cluster of a domain. Two checkouts of a project
 * mean the same cluster, unless the driver keeps the clusters of two projects apart.
 */
export function lockFolder(
  { domain, root }: Pick<DriverCluster, 'domain' | 'root'>,
  isPerProject: boolean,
  env: Context['env'],
): string {
  const of = isPerProject ? `${root}\0${domain}` : domain
  const hash = createHash('sha256').update(of).digest('hex').slice(0, 10)
  return path.join(cacheFolder(env), 'locks', `${domain.slice(0, longestDomain)}-${hash}`)
}

const longestDomain = 40

/**
 * Does the work while no other `lo` on this machine can. Throws `CLUSTER_BUSY` when one does already.
 *
 * Everyone who wants the lock first makes a file of its own in the folder, and only then looks who else has one. Of two,
 * the later one to announce itself sees the other, so never do both go on. A file is named after the process that made
 * it: when that is gone the file means nothing, and anybody may remove it. So nothing has to be taken over.
 */
export async function withLock<Value>(
  folder: string,
  domain: string,
  ctx: World,
  work: () => Promise<Value>,
): Promise<Value> {
  const mine = path.join(folder, await nameOf(ctx))
  try {
    await announce(mine)
    await win(mine, domain, ctx)
    return await work()
  } finally {
    await remove(mine)
    await rmdir(folder).catch(() => {})
  }
}

const heldMark = '.held'
const pause = 10
const mostLooks = 500

/** Of those that want the lock at the same moment, the one whose name comes first gets it. */
async function win(mine: string, domain: string, ctx: World): Promise<void> {
  for (let look = 0; look < mostLooks; look++) {
    const others = await lookAround(mine, ctx)
    if (others.length === 0) return await writeFile(`${mine}${heldMark}`, '', { mode: 0o600 })
    const stronger = others.find(({ name, isHeld }) => isHeld || name < path.basename(mine))
    if (stronger) throw busy(stronger.holder, domain)
    // The weaker ones are about to see this one, and to give up; unless one of them has looked before.
    await ctx.sleep(pause)
  }
  throw busy((await lookAround(mine, ctx))[0]?.holder, domain)
}

function busy(holder: Process | undefined, domain: string): LoError {
  const who = holder ? ` (process ${holder.pid})` : ''
  return new LoError('CLUSTER_BUSY', `Another lo${who} is at work on ${domain}.`, {
    hint: 'Wait until it is done, or end it.',
  })
}

interface Contender {
  name: string
  holder: Process
  isHeld: boolean
}

/** All others that are alive; what the dead have left is removed. */
async function lookAround(mine: string, ctx: World): Promise<Contender[]> {
  const folder = path.dirname(mine)
  const files = await readdir(folder)
  const alive: Contender[] = []
  for (const name of files.filter(file => !file.endsWith(heldMark) && file !== path.basename(mine))) {
    const holder = holderOf(name)
    if (!holder || !(await isAlive(holder, ctx))) await remove(path.join(folder, name))
    else alive.push({ name, holder, isHeld: files.includes(`${name}${heldMark}`) })
  }
  return alive
}

/** A random part, then the process, which anybody can check. */
async function nameOf(ctx: World): Promise<string> {
  const { pid, born } = (await identify(ctx.pid, ctx))!
  return `${randomBytes(4).toString('hex')}.${pid}.${Buffer.from(born).toString('base64url')}`
}

function holderOf(name: string): Process | undefined {
  const [, pid, born] = /^[0-9a-f]+\.(\d+)\.([\w-]+)$/.exec(name) ?? []
  return pid && born ? { pid: Number(pid), born: Buffer.from(born, 'base64url').toString() } : undefined
}

async function announce(file: string): Promise<void> {
  for (;;) {
    await mkdir(path.dirname(file), { recursive: true, mode: 0o700 })
    try {
      return await writeFile(file, '', { flag: 'wx', mode: 0o600 })
    } catch (error) {
      // The last holder has just removed the folder behind itself.
      if (systemCode(error) !== 'ENOENT') throw error
    }
  }
}

async function remove(file: string): Promise<void> {
  await rm(`${file}${heldMark}`, { force: true })
  await rm(file, { force: true })
}
