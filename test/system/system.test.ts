import { readdirSync } from 'node:fs'
import path from 'node:path'
import { expect, it, onTestFinished, vi } from 'vitest'
import { isGone, until } from '../drivers/rehearsal/processes.js'
import { realContext } from '../helpers/context.js'
import { makeFolder } from '../helpers/project.js'

/** The real context, with a folder of its own for temporary files. */
async function makeContext() {
  const cwd = makeFolder()
  vi.stubEnv('TMPDIR', cwd)
  onTestFinished(() => void vi.unstubAllEnvs())
  const { ctx } = await realContext({ cwd, env: {} })
  return { ctx, cwd }
}

it('gives a program all of its input, however much it is, and leaves no file of it', async () => {
  const { ctx, cwd } = await makeContext()
  const input = 'name: value\n'.repeat(500_000)
  const { stdout, status } = await ctx.run('/bin/sh', ['-c', 'ls -A "$TMPDIR" | wc -l; cat'], { input })
  expect(status).toBe(0)
  expect(stdout.toString().trimStart()).toBe(`0\n${input}`)
  expect(readdirSync(cwd)).toEqual([])
})

it('gives a program that is asked for nothing an empty input', async () => {
  const { ctx } = await makeContext()
  expect((await ctx.run('cat', [])).stdout).toHaveLength(0)
})

it('says so when there is no place for a temporary file', async () => {
  const { ctx, cwd } = await makeContext()
  vi.stubEnv('TMPDIR', path.join(cwd, 'gone'))
  await expect(ctx.run('cat', [], { input: 'x' })).rejects.toMatchObject({ code: 'WRITE_FAILED' })
})

it('ends a program, with all it has started, when its own signal says so', async () => {
  const { ctx } = await makeContext()
  const over = new AbortController()
  const pids: number[] = []
  const ended = ctx.run('/bin/sh', ['-c', 'trap "" TERM; sleep 600 & echo $! $$; wait'], {
    signal: over.signal,
    onLine: line => {
      pids.push(...line.split(' ').map(Number))
      over.abort(new Error('enough'))
    },
  })
  await expect(ended).rejects.toThrow('enough')
  expect(pids).toHaveLength(2)
  await until(() => pids.every(pid => isGone({ pid, born: '' })))
})
