import { readFileSync } from 'node:fs'
import { rename, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { systemCode } from '../errors.js'
import type { Output } from '../output/output.js'
import { isName, nameRule, showName } from './name.js'
import type { Project } from './root.js'

/** The active domain's name as `clusters/.active` has it; junk in there is a warning, and as good as nothing. */
export function readActive(project: Project, output: Output): string | undefined {
  const warn = (message: string) =>
    output.event({
      type: 'warning',
      message,
      file: 'clusters/.active',
      hint: 'set it anew with `lo use <domain>`',
    })
  let name: string
  try {
    name = readFileSync(activeFile(project), 'utf8').replace(/\n$/, '')
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') warn(`the active domain cannot be read (${systemCode(error)})`)
    return undefined
  }
  if (isName(name)) return name
  warn(name === '' ? 'the file is empty' : `ignored, since ${showName(name)} is no domain name (${nameRule})`)
  return undefined
}

export async function writeActive(project: Project, name: string): Promise<void> {
  const file = activeFile(project)
  const fresh = `${file}.new`
  try {
    await writeFile(fresh, `${name}\n`)
    await rename(fresh, file)
  } catch (error) {
    await rm(fresh, { force: true })
    throw error
  }
}

const activeFile = (project: Project) => path.join(project.clusters, '.active')
