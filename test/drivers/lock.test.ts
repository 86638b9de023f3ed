import { existsSync, mkdirSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { execa } from 'execa'
import { expect, it, onTestFinished } from 'vitest'
import { lockFolder, withLock } from '../../src/drivers/lock.js'
import { identify } from '../../src/drivers/process.js'
import { realContext } from '../helpers/context.js'
import { makeFolder, writeFiles } from '../helpers/project.js'

async function makeLock() {
  const { ctx } = await realContext({ cwd: '/', env: {} })
  const folder = path.join(makeFolder(), 'example.com')
  const lock = <Value>(work: () => Promise<Value>) => withLock(folder, 'example.com', ctx, work)
  return { ctx, folder, lock }
}

const fileOf = ({ pid, born }: { pid: number; born: string }) =>
  `0.${pid}.${Buffer.from(born).toString('base64url')}`

it('lets nobody else work, and leaves nothing behind', async () => {
  const { folder, lock, ctx } = await makeLock()
  const answer = await lock(async () => {
    await expect(lock(async () => 'second')).rejects.toMatchObject({
      code: 'CLUSTER_BUSY',
      message: `Another lo (process ${ctx.pid}) is at work on example.com.`,
    })
    return 'first'
  })
  expect(answer).toBe('first')
  expect(existsSync(folder)).toBe(false)
})

it('is open again after work that has failed', async () => {
  const { lock, folder } = await makeLock()
  await expect(lock(() => Promise.reject(new Error('no')))).rejects.toThrow('no')
  expect(existsSync(folder)).toBe(false)
  expect(await lock(async () => 'again')).toBe('again')
})

it.each([
  ['is gone', fileOf({ pid: 999_999_999, born: 'long ago' })],
  ['has the pid of another process now', fileOf({ pid: 1, born: 'long ago' })],
  ['has left a file that nobody understands', 'half'],
])('is not blocked by a holder that %s, whose files it removes', async (_what, left) => {
  const { lock, folder } = await makeLock()
  writeFiles(folder, { [left]: '', [`${left}.held`]: '' })
  expect(await lock(async () => readdirSync(folder).filter(name => name.startsWith(left)))).toEqual([])
  expect(existsSync(folder)).toBe(false)
})

it('waits for nobody who is alive and holds it, in whatever order the names are', async () => {
  const { lock, folder, ctx } = await makeLock()
  const other = execa('sleep', ['600'])
  other.catch(() => {})
  onTestFinished(() => void other.kill('SIGKILL'))
  const name = `ffffffff.${fileOf((await identify(other.pid!, ctx))!).slice(2)}`
  writeFiles(folder, { [name]: '', [`${name}.held`]: '' })
  await expect(lock(async () => 'both')).rejects.toMatchObject({
    message: `Another lo (process ${other.pid}) is at work on example.com.`,
  })
  expect(readdirSync(folder).sort()).toEqual([name, `${name}.held`])
})

it('lets exactly one of many that come at once work, whatever the dead have left', async () => {
  const { lock, folder, ctx } = await makeLock()
  for (let round = 0; round < 20; round++) {
    mkdirSync(folder, { recursive: true })
    writeFiles(folder, { [fileOf({ pid: 1, born: `${round}` })]: '' })
    const refused: string[] = []
    let working = 0
    const work = async () => {
      working += 1
      while (refused.length < 5 && working === 1) await ctx.sleep(5)
      expect(working).toBe(1)
    }
    const tries = Array.from({ length: 6 }, () => lock(work).catch(error => refused.push(error.code)))
    await Promise.all(tries)
    expect(working).toBe(1)
    expect(refused).toEqual(Array(5).fill('CLUSTER_BUSY'))
    expect(existsSync(folder)).toBe(false)
  }
})

it('is one for all checkouts of a project, unless their clusters are different ones', () => {
  const env = { XDG_CACHE_HOME: '/cache' }
  const [one, other] = [
    { domain: 'example.com', root: '/a' },
    { domain: 'example.com', root: '/b' },
  ] as const
  expect(lockFolder(one, false, env)).toBe(lockFolder(other, false, env))
  expect(lockFolder(one, true, env)).not.toBe(lockFolder(other, true, env))
  expect(lockFolder({ ...one, domain: 'example.org' }, false, env)).not.toBe(lockFolder(one, false, env))
  expect(lockFolder(one, true, env)).toMatch(/^\/cache\/lok8s\/locks\/example\.com-/)
})
