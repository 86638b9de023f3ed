import path from 'node:path'
import process from 'node:process'
import type { StartBackground } from '../context.js'
import { cannotStart, findOnPath, isExecutable } from './programs.js'

export const startBackground: StartBackground = async (file, args, { log, cwd, env = {} }) => {
  const { execa } = await import('execa')
  const known = path.isAbsolute(file) ? isExecutable(file) : findOnPath(file, process.env.PATH ?? '')
  if (!known) throw cannotStart(file, cwd)
  // The shell becomes the program: so the log is the program's own file, and no pipe ends with lo.
  const program = execa('/bin/sh', ['-c', 'umask 077; exec "$@" >"$0" 2>&1', log, file, ...args], {
    ...(cwd !== undefined && { cwd }),
    env,
    stdio: 'ignore',
    reject: false,
    cleanup: false,
    detached: true,
  })
  if (program.pid === undefined) throw cannotStart(file, cwd, await program)
  program.unref()
  return program.pid
}
