import {
  cpSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import { systemCode } from '../errors.js'
import { listName, parseList, singleName } from './artifact.js'

// Every change of an artifact is one rename: of the one file that differs, or else of a whole new folder into the
// place of the old one. So nobody reads half an artifact, and a full disk or a kill leaves the old one. A folder
// that was renamed away has one owner, so builds side by side need no lock: each looks at what it left behind, and
// does it again if another build came in between.

/** Files of one folder, by name. */
export type Files = ReadonlyMap<string, Buffer>

/** Puts a new folder where there is none, and says whether it did: another build may have been faster. */
export function createFolder(fresh: string, folder: string, files: Files): boolean {
  try {
    mkdirSync(fresh)
    for (const [name, bytes] of files) writeFileSync(path.join(fresh, name), bytes)
    renameSync(fresh, folder)
    return true
  } catch (error) {
    rmSync(fresh, { recursive: true, force: true })
    if (!occupied.includes(systemCode(error) ?? '')) throw error
    return false
  }
}

/** Puts a new file in the place of an old one. The folder may be gone meanwhile: then nothing happens. */
export function replaceFile(fresh: string, folder: string, [name, bytes]: [string, Buffer]): void {
  try {
    writeFileSync(fresh, bytes)
    renameSync(fresh, path.join(folder, name))
  } catch (error) {
    rmSync(fresh, { force: true })
    if (systemCode(error) !== 'ENOENT') throw error
  }
}

/** Puts a new folder in the place of the old one, with what others have put in there. `now` is what is known of it. */
export function replaceFolder(stage: string, folder: string, files: Files, now: Files): void {
  mkdirSync(stage)
  try {
    const fresh = path.join(stage, 'new')
    mkdirSync(fresh)
    for (const [name, bytes] of files) {
      const isKept = now.get(name)?.equals(bytes) && link(path.join(folder, name), path.join(fresh, name))
      if (!isKept) writeFileSync(path.join(fresh, name), bytes)
    }
    swap(fresh, folder, path.join(stage, oldName))
  } finally {
    // An old folder that could neither go back nor be handed over waits for the next build to recover it.
    if (!existsSync(path.join(stage, oldName))) rmSync(stage, { recursive: true, force: true })
  }
}

/** What `replaceFolder` of a build that was killed has left: an old folder goes back, or hands over what it had. */
export function recoverStage(stage: string, folder: string): void {
  const old = path.join(stage, oldName)
  if (existsSync(old) && !ignoring(occupied, () => renameSync(old, folder))) {
    keepForeign(old, folder)
    retire(old)
  }
  rmSync(stage, { recursive: true, force: true })
}

/** The old folder as it is called while the new one takes its place. */
const oldName = 'old'

function swap(fresh: string, folder: string, old: string): void {
  const hadOld = ignoring(['ENOENT'], () => renameSync(folder, old))
  try {
    if (hadOld) keepForeign(old, fresh)
    renameSync(fresh, folder)
  } catch (error) {
    if (hadOld) ignoring(occupied, () => renameSync(old, folder))
    if (!occupied.includes(systemCode(error) ?? '')) throw error
    // Another build was faster: keep what only the old folder had, and look again.
    if (existsSync(old)) ignoring(['ENOENT'], () => keepForeign(old, folder))
  }
  if (existsSync(old)) retire(old)
}

/** Makes an old folder rubbish in one step: half removed it may lack its list, and would pass for foreign files. */
function retire(old: string): void {
  renameSync(old, path.join(path.dirname(old), 'rubbish'))
}

const occupied = ['ENOTEMPTY', 'EEXIST']

/** Hands over what `lo` did not write from the old folder, which keeps it too until it goes. */
function keepForeign(old: string, fresh: string): void {
  const ours = new Set(namesOfOurs(old))
  for (const name of readdirSync(old)) {
    const [from, to] = [path.join(old, name), path.join(fresh, name)]
    if (ours.has(name) || existsSync(to) || link(from, to)) continue
    cpSync(from, to, { recursive: true, preserveTimestamps: true, verbatimSymlinks: true })
  }
}

/** A second name for the same file, where the file system can do that. */
function link(from: string, to: string): boolean {
  if (!lstatSync(from, { throwIfNoEntry: false })?.isFile()) return false
  return ignoring(['EPERM', 'EXDEV', 'EMLINK', 'ENOTSUP', 'ENOSYS', 'ENOENT'], () => linkSync(from, to))
}

/** All files of an artifact as they are on disk. */
export function readFiles(folder: string): Files {
  const files = new Map<string, Buffer>()
  for (const name of namesOfOurs(folder)) {
    ignoring(['ENOENT', 'ENOTDIR'], () => files.set(name, readFileSync(path.join(folder, name))))
  }
  return files
}

function namesOfOurs(folder: string): string[] {
  let list = ''
  ignoring(['ENOENT', 'ENOTDIR'], () => {
    list = readFileSync(path.join(folder, listName), 'utf8')
  })
  return [...new Set([listName, singleName, ...parseList(list)])]
}

/** Whether it worked; false for the errors that were expected. */
export function ignoring(codes: string[], work: () => unknown): boolean {
  try {
    work()
    return true
  } catch (error) {
    if (codes.includes(systemCode(error) ?? '')) return false
    throw error
  }
}
