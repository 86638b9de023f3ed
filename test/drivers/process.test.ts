import path from 'node:path'
import { execa } from 'execa'
import { expect, it, onTestFinished } from 'vitest'
import {
  findRecorded,
  identify,
  isAlive,
  parseRecord,
  startRecorded,
  stop,
} from '../../src/drivers/process.js'
import { realContext } from '../helpers/context.js'
import { makeFolder } from '../helpers/project.js'

const makeContext = async () => (await realContext({ cwd: '/', env: {} })).ctx

it('starts a program that can be found by its record, until it is stopped', async () => {
  const ctx = await makeContext()
  const folder = makeFolder()
  const record = path.join(folder, 'processes', 'sleep')
  const log = path.join(folder, 'log')
  const started = (await startRecorded(record, ['/bin/sleep', '600'], { log }, ctx))!
  onTestFinished(() => void ctx.kill(started.pid, 'SIGKILL'))

  let found = await findRecorded(record, ctx)
  while (!found) found = await findRecorded(record, ctx)
  expect(found).toEqual(started)
  expect(await stop([started], ctx)).toEqual([])
  expect(await isAlive(started, ctx)).toBe(false)
  expect(await findRecorded(record, ctx)).toBeUndefined()
})

it('takes a process for another one when it was born at another time, and leaves it alone', async () => {
  const ctx = await makeContext()
  const process = execa('sleep', ['600'])
  process.catch(() => {})
  onTestFinished(() => void process.kill('SIGKILL'))
  const { pid, born } = (await identify(process.pid!, ctx))!
  const other = { pid, born: `${born}1` }
  expect(await isAlive({ pid, born }, ctx)).toBe(true)
  expect(await isAlive(other, ctx)).toBe(false)
  expect(await stop([other], ctx)).toEqual([])
  expect(ctx.isRunning(pid)).toBe(true)
})

it('does not take the remains of a process for one that lives', async () => {
  const ctx = await makeContext()
  // The shell becomes a program that never asks for the end of its child.
  const parent = execa('sh', ['-c', 'sleep 0 & echo $!; exec sleep 600'])
  parent.catch(() => {})
  onTestFinished(() => void parent.kill('SIGKILL'))
  const child = Number(await new Promise(resolve => parent.stdout.once('data', resolve)))
  while (await identify(child, ctx)) await ctx.sleep(10)
  expect(ctx.isRunning(child)).toBe(true)
})

it.each([
  ['nothing', ''],
  ['a pid alone', '12\n'],
  ['no pid', 'etcd\nboot\n12 (etcd) S 1\n'],
])('reads no process from a record of %s', (_what, text) => {
  expect(parseRecord(text)).toBeUndefined()
})

it('reads the birth of a process whose name looks like the rest of the line', () => {
  const fields = Array.from({ length: 30 }, (_, index) => `f${index}`).join(' ')
  expect(parseRecord(`12\nboot\n12 (a) S 1 (b)) ${fields}\n`)).toEqual({ pid: 12, born: 'boot f19' })
})

it('reads the words of ps', () => {
  expect(parseRecord('12\nTue Nov  4 03:00:50 2026 \n')).toEqual({ pid: 12, born: 'Tue Nov 4 03:00:50 2026' })
})
