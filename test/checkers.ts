import { accessSync, constants } from 'node:fs'
import path from 'node:path'
import type { TestProject } from 'vitest/node'

const programs = ['cloud-init', 'shellcheck'] as const
type Checker = (typeof programs)[number]

declare module 'vitest' {
  interface ProvidedContext {
    /** Programs that know whether what a server is given is right, by name; those that this machine has. */
    checkers: Partial<Record<Checker, string>>
  }
}

/** Looks for programs of the distribution that check files for servers. Where one is missing, that is said loudest. */
export default function setup(project: TestProject): () => void {
  const found = Object.fromEntries(programs.map(name => [name, findOnPath(name)]))
  project.provide('checkers', found)
  const missing = programs.filter(name => found[name] === undefined)
  return () => {
    if (missing.length > 0) process.stderr.write(warning(missing))
  }
}

function findOnPath(name: string): string | undefined {
  const folders = (process.env.PATH ?? '').split(path.delimiter)
  return folders.map(folder => path.join(folder, name)).find(isExecutable)
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}

function warning(missing: readonly string[]): string {
  const line = '!'.repeat(100)
  return `
${line}
NOT CHECKED BY ${missing.join(' AND ')}: what servers are given at Hetzner. On Debian: apt-get install ${missing.join(' ')}
${line}
`
}
