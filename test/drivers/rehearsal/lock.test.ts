import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { withLock } from '../../../src/drivers/rehearsal/lock.js'
import { identify } from '../../../src/drivers/rehearsal/process.js'
import { realContext } from '../../helpers/context.js'
import { makeFolder } from '../../helpers/project.js'

async function makeLock() {
  const { ctx } = await realContext({ cwd: '/', env: {} })
  const folder = makeFolder()
  const file = path.join(folder, 'example.com.lock')
  const lock = <Value>(work: () => Promise<Value>) => withLock(file, 'example.com', ctx, work)
  return { ctx, folder, file, lock }
}

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
  expect(readdirSync(folder)).toEqual([])
})

it('is open again after work that has failed', async () => {
  const { lock, file } = await makeLock()
  await expect(lock(() => Promise.reject(new Error('no')))).rejects.toThrow('no')
  expect(existsSync(file)).toBe(false)
})

it.each([
  ['is gone', async () => ({ pid: 999_999_999, born: 'long ago' })],
  ['has the pid of another process now', async () => ({ pid: 1, born: 'long ago' })],
  ['has left half a lock', async () => 'half'],
])('takes over the lock of a holder that %s', async (_what, holder) => {
  const { lock, file } = await makeLock()
  writeFileSync(file, JSON.stringify(await holder()))
  expect(await lock(async () => readFileSync(file, 'utf8'))).toContain('born')
  expect(existsSync(file)).toBe(false)
})

it('takes over a stale lock only once when many want it', async () => {
  const { lock, file, ctx } = await makeLock()
  writeFileSync(file, '{}')
  const mine = JSON.stringify(await identify(ctx.pid, ctx))
  let working = 0
  const work = async () => {
    working += 1
    expect(working).toBe(1)
    expect(readFileSync(file, 'utf8')).toBe(mine)
    await ctx.sleep(20)
    working -= 1
  }
  const results = await Promise.allSettled(Array.from({ length: 8 }, () => lock(work)))
  const failures = results.filter(result => result.status === 'rejected').map(result => result.reason.code)
  expect(results.length - failures.length).toBeGreaterThan(0)
  expect(new Set(failures)).toEqual(new Set(['CLUSTER_BUSY']))
})
