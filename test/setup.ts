import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { TestProject } from 'vitest/node'

declare module 'vitest' {
  interface ProvidedContext {
    /** For each renderer a folder that has it, and not the other one before it, as the whole of PATH. */
    renderers: { kustomize: string; kubectl: string }
  }
}

/** Finds the real programs that the tests run, once for all of them. Throws when one cannot be had. */
export default function setup(project: TestProject): () => void {
  const script = path.join(import.meta.dirname, 'tools', 'kustomize.sh')
  const kustomize = execFileSync(script, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }).trim()
  const kubectl = execFileSync('sh', ['-c', 'command -v kubectl'], { encoding: 'utf8' }).trim()
  const folder = mkdtempSync(path.join(tmpdir(), 'lo-renderers-'))
  const binWith = (name: string, programs: Record<string, string>) => {
    const bin = path.join(folder, name)
    mkdirSync(bin)
    for (const [program, target] of Object.entries({ node: process.execPath, ...programs })) {
      const file = path.join(bin, program)
      writeFileSync(file, `#!/bin/sh\nexec '${target}' "$@"\n`)
      chmodSync(file, 0o755)
    }
    return bin
  }
  project.provide('renderers', {
    kustomize: binWith('kustomize', { kustomize, kubectl }),
    kubectl: binWith('kubectl', { kubectl }),
  })
  return () => rmSync(folder, { recursive: true, force: true })
}
