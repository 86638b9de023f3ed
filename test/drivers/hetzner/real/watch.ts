import { existsSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { inject } from 'vitest'
import { deriveSecrets } from '../../../../src/drivers/hetzner/secrets.js'
import { makeFolder, writeFiles } from '../../../helpers/project.js'
import type { Servers } from '../../../helpers/servers.js'
import { secretsOfKey } from '../canary.js'

export const token = 'hcloudTokenCanary'.padEnd(64, '7')

/** The programs that `lo` starts, watched: each notes what is to be seen on this machine by then, and is the real one. */
export interface Watch {
  /** Where those are, for PATH. */
  folder: string
  /** For TMPDIR. */
  temporary: string
  /** The arguments of each program, and those of all others that `lo` had running by then, a line each. */
  calls: () => string
  /** What was in `temporary` by then: `f` for a file or `d` for a folder, mode, path. */
  modes: () => string
  /** The numbers of those that run now. */
  running: () => number[]
}

export function watchPrograms(): Watch {
  const folder = makeFolder()
  const file = (name: string) => path.join(folder, name)
  const wrapper = (name: string, real: string) => `#!/bin/sh
{
  printf '%s\\n' "${name} $*"
  for child in $(cat /proc/$PPID/task/*/children); do tr '\\0' ' ' <"/proc/$child/cmdline"; echo; done
} >>'${file('calls')}' 2>/dev/null
find "$TMPDIR" -mindepth 1 -printf '%y %m %p\\n' >>'${file('modes')}' 2>/dev/null
echo $$ >>'${file('pids')}'
exec ${real} "$@"
`
  writeFiles(folder, {
    'bin/ssh': wrapper('ssh', '/usr/bin/ssh'),
    'bin/kubectl': wrapper('kubectl', path.join(inject('renderers').kustomize, 'kubectl')),
    calls: '',
    modes: '',
    pids: '',
  })
  mkdirSync(file('tmp'))
  const read = (name: string) => readFileSync(file(name), 'utf8')
  return {
    folder: file('bin'),
    temporary: file('tmp'),
    calls: () => read('calls'),
    modes: () => read('modes'),
    running: () =>
      read('pids')
        .split('\n')
        .filter(Boolean)
        .map(Number)
        .filter(pid => existsSync(`/proc/${pid}`)),
  }
}

/** What `lo` needs in its environment to find a simulated project, and programs that are watched. */
export function envOf({ endpoint }: Servers, { folder, temporary }: Watch): Record<string, string> {
  const PATH = `${folder}:${inject('renderers').kustomize}:/usr/bin:/bin`
  return { PATH, TMPDIR: temporary, HCLOUD_TOKEN: token, HCLOUD_ENDPOINT: endpoint }
}

/** All that nobody may see of the cluster prod. */
export function secretsIn({ simulator }: Servers): { k3sToken: string; all: string[] } {
  const [key] = simulator.everything().ssh_keys as [{ labels: Record<string, string> }]
  const { k3sToken, userKey, hostKey } = deriveSecrets(token, 'prod', key.labels['lok8s.dev/uid']!)
  const hosts = simulator
    .everything()
    .servers!.flatMap(({ name }) => secretsOfKey(hostKey(String(name)).privateKey))
  return { k3sToken, all: [token, k3sToken, ...secretsOfKey(userKey.privateKey), ...hosts] }
}

/** The files that hold one of these: mode, mode of the folder, path. */
export function filesWith(secrets: readonly string[], folders: readonly string[]): string[] {
  const files = folders.flatMap(folder =>
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter(entry => entry.isFile())
      .map(({ parentPath, name }) => path.join(parentPath, name)),
  )
  const mode = (of: string) => (statSync(of).mode & 0o777).toString(8)
  return [...new Set(files)]
    .filter(file => {
      const text = readFileSync(file, 'latin1')
      return secrets.some(secret => text.includes(secret))
    })
    .map(file => `${mode(file)} ${mode(path.dirname(file))} ${file}`)
    .sort()
}

/** Waits for a line that has this text. Throws when the output ends without it. */
export async function lineIn(output: Readable, text: string): Promise<void> {
  const lines = createInterface({ input: output, crlfDelay: Number.POSITIVE_INFINITY })
  for await (const line of lines) if (line.includes(text)) return
  throw new Error(`the output ended without ${JSON.stringify(text)}`)
}
