import { existsSync } from 'node:fs'
import path from 'node:path'
import process from 'node:process'
import { inject } from 'vitest'
import type { Run } from '../../src/context.js'
import { main } from '../../src/main.js'
import { createOutput, readOutputFlags } from '../../src/output/index.js'
import { realContext } from './context.js'
import { fakeTerminal } from './terminal.js'

export interface MainOptions {
  cwd: string
  env?: Record<string, string>
  /** Whether a person looks at it. */
  isTTY?: boolean
}

/**
 * Runs one command line as `bin/lo.js` does, without starting a process for `lo` itself: that takes most of the time
 * of a small test. The programs that it runs are real, and see the environment given here alone.
 */
export async function runMain(args: string[], { cwd, env: more, isTTY = false }: MainOptions) {
  const env = { PATH: inject('renderers').kustomize, HOME: cwd, ...more }
  const { terminal, written } = fakeTerminal({ isTTY, env, cwd })
  const output = await createOutput(
    { ...terminal, now: () => performance.now(), every: tick },
    readOutputFlags(args),
  )
  const { ctx } = await realContext({ cwd, env, output })
  const find = (program: string) =>
    env.PATH.split(':')
      .map(folder => path.join(folder, program))
      .find(file => existsSync(file))
  const exitCode = await main(args, { ...ctx, find, run: runWithin(ctx.run, env) })
  return { exitCode, stdout: written.stdout.replace(/\n$/, ''), stderr: written.stderr.replace(/\n$/, '') }
}

function tick(milliseconds: number, callback: () => void): () => void {
  const timer = setInterval(callback, milliseconds)
  return () => clearInterval(timer)
}

function runWithin(run: Run, env: Record<string, string>): Run {
  const nothing = Object.fromEntries(Object.keys(process.env).map(name => [name, undefined]))
  return (file, args, options = {}) =>
    run(file, args, { ...options, env: { ...nothing, ...env, ...options.env } })
}
