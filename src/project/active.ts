import { readFileSync, realpathSync } from 'node:fs'
import { rename, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { LoError, messageOf, systemCode } from '../errors.js'
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

/** Throws `PATH_OUTSIDE` when `clusters/` is a link that leads out of the project, `WRITE_FAILED` when it cannot. */
export async function writeActive(project: Project, name: string): Promise<void> {
  if (path.relative(realpathSync(project.root), realpathSync(project.clusters)).startsWith('..')) {
    throw new LoError(
      'PATH_OUTSIDE',
      `${project.clusters} leads out of the project, where lo writes nothing.`,
    )
  }
  const file = activeFile(project)
  const fresh = `${file}.${Math.random().toString(36).slice(2)}`
  try {
    await writeFile(fresh, `${name}\n`)
    await rename(fresh, file)
  } catch (cause) {
    await rm(fresh, { force: true })
    throw new LoError('WRITE_FAILED', `The active domain cannot be written: ${messageOf(cause)}.`, { cause })
  }
}

const activeFile = (project: Project) => path.join(project.clusters, '.active')
