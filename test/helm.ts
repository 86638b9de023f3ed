import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { TestProject } from 'vitest/node'

declare module 'vitest' {
  interface ProvidedContext {
    /** For each major version of helm that this machine can have, a folder with that helm alone. */
    helms: Partial<Record<HelmVersion, string>>
  }
}

export type HelmVersion = 3 | 4

/** Finds the real helms that the tests run. What cannot be tested without them is said last and loudest. */
export default function setup(project: TestProject): () => void {
  const folder = mkdtempSync(path.join(tmpdir(), 'lo-helms-'))
  const helms: Partial<Record<HelmVersion, string>> = {}
  for (const version of [3, 4] as const) {
    const helm = findHelm(version)
    if (helm === undefined) continue
    const bin = path.join(folder, String(version))
    mkdirSync(bin)
    symlinkSync(helm, path.join(bin, 'helm'))
    helms[version] = bin
  }
  if (Object.keys(helms).length === 0 && process.env.CI) {
    throw new Error('There is no helm, so nothing that renders charts can be tested.')
  }
  project.provide('helms', helms)
  return () => {
    rmSync(folder, { recursive: true, force: true })
    const missing = ([3, 4] as const).filter(version => helms[version] === undefined)
    if (missing.length > 0) process.stderr.write(warning(missing))
  }
}

function findHelm(version: HelmVersion): string | undefined {
  const script = path.join(import.meta.dirname, 'tools', 'helm.js')
  const { status, stdout } = spawnSync(process.execPath, [script, String(version)], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  if (status === 0) return stdout.trim()
  if (status === 3) return undefined
  throw new Error(`${script} has failed (${status})`)
}

function warning(missing: HelmVersion[]): string {
  const line = '!'.repeat(100)
  return `
${line}
CHARTS WERE NOT RENDERED WITH HELM ${missing.join(' AND ')}: this machine has none, and the tests get theirs for Linux on x64 only.
${line}
`
}
