import { spawnSync } from 'node:child_process'
import path from 'node:path'
import type { TestProject } from 'vitest/node'

declare module 'vitest' {
  interface ProvidedContext {
    /** The folder of cloud-init and shellcheck, which know whether what a server is given is right; or that there is none. */
    checkers: { folder: string } | { skipped: string }
  }
}

/** Finds the programs that check files for servers, or fetches them. Where that cannot be, that is said loudest. */
export default function setup(project: TestProject): () => void {
  const script = path.join(import.meta.dirname, 'tools', 'checkers.sh')
  const { status, stdout } = spawnSync(script, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] })
  const isFound = status === 0
  project.provide('checkers', isFound ? { folder: stdout.trim() } : { skipped: 'they are missing' })
  return () => {
    if (!isFound) process.stderr.write(warning)
  }
}

const line = '!'.repeat(100)
const warning = `
${line}
NOT CHECKED BY cloud-init AND shellcheck: what servers are given at Hetzner. Debian has both as packages.
${line}
`
