import path from 'node:path'
import { execa } from 'execa'
import { expect, it, onTestFinished } from 'vitest'
import { identify } from '../../../src/drivers/process.js'
import { type Ready, waitFor } from '../../../src/drivers/rehearsal/wait.js'
import { realContext } from '../../helpers/context.js'
import { makeFolder, writeFiles } from '../../helpers/project.js'

/** Waits while one program runs, with a clock that stands still unless the test moves it. */
async function makeWait() {
  const { ctx } = await realContext({ cwd: '/', env: {} })
  const logs = makeFolder()
  const program = execa('sleep', ['600'])
  program.catch(() => {})
  onTestFinished(() => void program.kill('SIGKILL'))
  const running = new Map([['etcd' as const, (await identify(program.pid!, ctx))!]])
  const clock = { now: 0 }
  const wait = (ready: Ready, signal = ctx.signal) => {
    const waiting = { what: 'The API server', running, place: { logs } }
    return waitFor(waiting, ready, { ...ctx, signal, now: () => clock.now })
  }
  return { wait, program, logs, clock }
}

/** Never ready; knows whether it was told to end. */
function never() {
  const ended = { isSo: false }
  const ready: Ready = ({ signal }) =>
    new Promise((_resolve, reject) => {
      signal.addEventListener('abort', () => {
        ended.isSo = true
        reject(signal.reason)
      })
    })
  return { ready, ended }
}

it('ends as soon as all is ready', async () => {
  const { wait } = await makeWait()
  expect(await wait(async () => {})).toBeUndefined()
})

it('ends as soon as a program has ended, with the end of its log, and leaves nothing waiting', async () => {
  const { wait, program, logs } = await makeWait()
  const { ready, ended } = never()
  writeFiles(logs, { 'etcd.log': 'the disk is full\n' })
  program.kill('SIGKILL')
  await expect(wait(ready)).rejects.toMatchObject({
    code: 'PROVISION_FAILED',
    message: 'etcd has ended right after its start.',
    detail: 'the disk is full',
    hint: expect.stringContaining(path.join(logs, 'etcd.log')),
  })
  expect(ended.isSo).toBe(true)
})

it('gives up in the end, and says what was not ready', async () => {
  const { wait, clock } = await makeWait()
  const { ready, ended } = never()
  const waiting = wait(ready)
  clock.now = 180_001
  await expect(waiting).rejects.toMatchObject({ message: 'The API server is not ready after 180 seconds.' })
  expect(ended.isSo).toBe(true)
})

it('ends when it is interrupted, with the reason of that', async () => {
  const { wait } = await makeWait()
  const interrupt = new AbortController()
  const reason = new Error('interrupted')
  const waiting = wait(never().ready, interrupt.signal)
  interrupt.abort(reason)
  await expect(waiting).rejects.toBe(reason)
})

it('tells a failure of what it waits with as it is', async () => {
  const { wait } = await makeWait()
  await expect(wait(() => Promise.reject(new Error('a bug')))).rejects.toThrow('a bug')
})
