import { readFile, rename, writeFile } from 'node:fs/promises'
import { type Ports, portNames, type Wanted } from './plan.js'

/** How the programs of a rehearsal were started last: whatever runs of it runs by this. */
export interface State extends Wanted {
  root: string
  domain: string
  /** The version of Kubernetes; empty when the binaries do not say. */
  kubernetes: string
  /** The folder of the binaries. */
  assets: string
  ports: Ports
}

/** Undefined when there is none yet. What cannot be read is as good as none: everything is then started anew. */
export async function readState(file: string): Promise<State | undefined> {
  try {
    const state = JSON.parse(await readFile(file, 'utf8')) as State
    return portNames.every(name => Number.isInteger(state.ports[name])) ? state : undefined
  } catch {
    return undefined
  }
}

export async function writeState(file: string, state: State): Promise<void> {
  await writePrivate(file, `${JSON.stringify(state, null, 2)}\n`)
}

/** Writes a file that only its owner can read, whole or not at all. */
export async function writePrivate(file: string, text: string): Promise<void> {
  await writeFile(`${file}.new`, text, { mode: 0o600 })
  await rename(`${file}.new`, file)
}
