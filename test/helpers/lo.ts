import path from 'node:path'
import { execa } from 'execa'
import { inject } from 'vitest'

const bin = path.resolve(import.meta.dirname, '../../bin/lo.js')

export interface LoOptions {
  cwd: string
  env?: Record<string, string>
  /** Which renderer `lo` finds on PATH. */
  renderer?: 'kustomize' | 'kubectl'
}

/** Runs the real `lo` as a process of its own, with an environment that holds nothing of this machine's. */
export function startLo(args: string[], { cwd, env, renderer = 'kustomize' }: LoOptions) {
  return execa(process.execPath, [bin, ...args], {
    cwd,
    env: { PATH: inject('renderers')[renderer], HOME: cwd, ...env },
    extendEnv: false,
    reject: false,
    stdin: 'ignore',
  })
}

export async function lo(args: string[], options: LoOptions) {
  const { exitCode, stdout, stderr } = await startLo(args, options)
  return { exitCode, stdout, stderr }
}

/** The document that `lo --json` prints. */
export async function loJson(args: string[], options: LoOptions) {
  const { exitCode, stdout, stderr } = await lo([...args, '--json'], options)
  return { exitCode, stderr, document: JSON.parse(stdout) }
}
