import { spawnSync } from 'node:child_process'
import path from 'node:path'
import type { TestProject } from 'vitest/node'

declare module 'vitest' {
  interface ProvidedContext {
    /** A real OpenSSH server, and whether machines can be made for it; or why there are none. */
    sshServer: { program: string } | { skipped: string }
  }
}

/** Finds what it takes to run servers that are reached over SSH. Where that is missing, that is said loudest. */
export default function setup(project: TestProject): () => void {
  const found = find()
  project.provide('sshServer', found)
  return () => {
    if ('skipped' in found) process.stderr.write(warning(found.skipped))
  }
}

function find(): { program: string } | { skipped: string } {
  const script = path.join(import.meta.dirname, 'tools', 'sshd.sh')
  const sshd = spawnSync(script, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] })
  if (sshd.status !== 0) return { skipped: 'there is no OpenSSH server' }
  const probe = ['--mount', '--pid', '--fork', '--mount-proc', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt']
  if (process.getuid?.() !== 0 || spawnSync('unshare', probe).status !== 0) {
    return { skipped: 'it takes root, and Linux, to give a server a file system of its own' }
  }
  return { program: sshd.stdout.trim() }
}

function warning(why: string): string {
  const line = '!'.repeat(100)
  return `
${line}
NOT TESTED: from lo provision over a real SSH to a healthy deploy; ${why}.
${line}
`
}
