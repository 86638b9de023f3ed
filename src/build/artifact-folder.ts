import { randomBytes } from 'node:crypto'
import {
  cpSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import type { Context } from '../context.js'
import { LoError, messageOf, systemCode } from '../errors.js'
import { type Artifact, listName, parseList, singleName } from './artifact.js'
import { countDocuments } from './resource.js'

// Every change of an artifact is one rename: of the one file that differs, or else of a whole new folder into the
// place of the old one. So nobody reads half an artifact, and a full disk or a kill leaves the old one. A folder
// that was renamed away has one owner, so builds side by side need no lock: each looks at what it left behind, and
// does it again if another build came in between.

/** The folder of one target's artifact, inside `artifacts`. */
export interface Place {
  artifacts: string
  target: string
}

type Processes = Pick<Context, 'pid' | 'isRunning'>
type Files = ReadonlyMap<string, Buffer>

const mostRounds = 50

/** Throws `PATH_OUTSIDE` when a link would lead what `lo` writes out of the project, or onto what it reads. */
export function checkInside(root: string, artifacts: string): void {
  const existing = existsSync(artifacts) ? artifacts : path.dirname(artifacts)
  const real = realpathSync(existing)
  if (!isInside(real, realpathSync(root))) {
    throw new LoError('PATH_OUTSIDE', `${existing} leads out of the project, to ${real}.`, {
      hint: 'Remove the link: lo writes inside the project alone.',
    })
  }
  const targets = path.join(path.dirname(artifacts), 'targets')
  if (existsSync(targets) && (real === realpathSync(targets) || isInside(real, realpathSync(targets)))) {
    throw new LoError('PATH_OUTSIDE', `${existing} leads into targets/, which lo reads and never writes.`, {
      hint: 'Remove the link.',
    })
  }
}

function isInside(place: string, folder: string): boolean {
  const way = path.relative(folder, place)
  return way !== '' && way !== '..' && !way.startsWith(`..${path.sep}`)
}

/** Makes the folder hold exactly the files of the artifact, and whatever else there is that `lo` did not write. */
export function writeArtifact(
  place: Place,
  artifact: Artifact,
  { pid }: Pick<Processes, 'pid'>,
): 'created' | 'configured' | 'unchanged' {
  const folder = path.join(place.artifacts, place.target)
  try {
    if (lstatSync(folder, { throwIfNoEntry: false })?.isSymbolicLink()) {
      throw new LoError(
        'PATH_OUTSIDE',
        `${folder} is a link, and lo puts a new folder in its place with every change.`,
        {
          hint: 'Remove the link.',
        },
      )
    }
    const before = readFiles(folder)
    refuseEmpty(place.target, artifact, before)
    let now: Files = before
    for (let round = 0; round < mostRounds; round++) {
      const changed = [...artifact.files].filter(([name, bytes]) => !now.get(name)?.equals(bytes))
      const gone = [...now.keys()].filter(name => !artifact.files.has(name))
      if (changed.length === 0 && gone.length === 0) {
        return round === 0 ? 'unchanged' : before.size === 0 ? 'created' : 'configured'
      }
      mkdirSync(place.artifacts, { recursive: true })
      const fresh = freshName(place, pid)
      if (!existsSync(folder)) createFolder(fresh, folder, artifact.files)
      else if (changed.length === 1 && gone.length === 0 && now.size > 0)
        replaceFile(fresh, folder, changed[0]!)
      else withStage(fresh, stage => replaceFolder(stage, folder, artifact.files, now))
      now = readFiles(folder)
    }
    throw new LoError('WRITE_FAILED', `Other builds keep changing ${folder}.`)
  } catch (error) {
    if (systemCode(error) === undefined || error instanceof LoError) throw error
    throw explainWrite(folder, error)
  }
}

/** Puts back what a killed build had renamed away, and removes what it had begun. */
export function recoverArtifacts(artifacts: string, { pid, isRunning }: Processes): void {
  if (!existsSync(artifacts)) return
  try {
    for (const name of readdirSync(artifacts)) {
      const [, owner, target, suffix] = stageForm.exec(name) ?? []
      if (!owner || !target || (Number(owner) !== pid && isRunning(Number(owner)))) continue
      // Of several builds that find it, one gets it.
      const stage = path.join(artifacts, `.lo-${pid}-${target}-${suffix}`)
      if (ignoring(['ENOENT'], () => renameSync(path.join(artifacts, name), stage))) {
        recoverStage(stage, path.join(artifacts, target))
      }
    }
  } catch (error) {
    if (systemCode(error) === undefined) throw error
    throw explainWrite(artifacts, error)
  }
}

function recoverStage(stage: string, folder: string): void {
  const old = path.join(stage, oldName)
  if (existsSync(old) && !ignoring(occupied, () => renameSync(old, folder))) {
    keepForeign(old, folder)
    retire(old)
  }
  rmSync(stage, { recursive: true, force: true })
}

const stageForm = /^\.lo-(\d+)-(.+)-([A-Za-z0-9]{6})$/
const oldName = 'old'

/** Something new beside the artifacts. Should this build be killed, the next one knows by the name what it is. */
function freshName({ artifacts, target }: Place, pid: number): string {
  return path.join(artifacts, `.lo-${pid}-${target}-${randomBytes(3).toString('hex')}`)
}

function createFolder(fresh: string, folder: string, files: Files): void {
  try {
    mkdirSync(fresh)
    for (const [name, bytes] of files) writeFileSync(path.join(fresh, name), bytes)
    renameSync(fresh, folder)
  } catch (error) {
    rmSync(fresh, { recursive: true, force: true })
    if (!occupied.includes(systemCode(error) ?? '')) throw error
  }
}

function replaceFile(fresh: string, folder: string, [name, bytes]: [string, Buffer]): void {
  try {
    writeFileSync(fresh, bytes)
    renameSync(fresh, path.join(folder, name))
  } catch (error) {
    rmSync(fresh, { force: true })
    if (systemCode(error) !== 'ENOENT') throw error
  }
}

function withStage(stage: string, work: (stage: string) => void): void {
  mkdirSync(stage)
  try {
    work(stage)
  } finally {
    // An old folder that could neither go back nor be handed over waits for the next build to recover it.
    if (!existsSync(path.join(stage, oldName))) rmSync(stage, { recursive: true, force: true })
  }
}

function replaceFolder(stage: string, folder: string, files: Files, now: Files): void {
  const fresh = path.join(stage, 'new')
  mkdirSync(fresh)
  for (const [name, bytes] of files) {
    const isKept = now.get(name)?.equals(bytes) && link(path.join(folder, name), path.join(fresh, name))
    if (!isKept) writeFileSync(path.join(fresh, name), bytes)
  }
  const old = path.join(stage, oldName)
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
function readFiles(folder: string): Files {
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
function ignoring(codes: string[], work: () => unknown): boolean {
  try {
    work()
    return true
  } catch (error) {
    if (codes.includes(systemCode(error) ?? '')) return false
    throw error
  }
}

/** A render that has become empty is a mistake more often than a wish, and a sync would delete everything. */
function refuseEmpty(target: string, artifact: Artifact, before: Files): void {
  if (artifact.resources > 0) return
  const lost = [...before]
    .filter(([name]) => name !== listName)
    .reduce((sum, [, bytes]) => sum + countDocuments(bytes.toString('latin1')), 0)
  if (lost === 0) return
  throw new LoError(
    'ARTIFACT_REFUSED',
    `Target "${target}" renders to nothing now; its artifact has ${lost} resources.`,
    {
      hint: `If that is what you want, remove artifacts/${target} first.`,
    },
  )
}

function explainWrite(folder: string, cause: unknown): LoError {
  const hints: Record<string, string> = {
    ENOSPC: 'The disk is full; the artifact is as it was.',
    EDQUOT: 'Your quota of the disk is used up; the artifact is as it was.',
    EFBIG: 'The file is larger than this process may write; the artifact is as it was.',
    EROFS: 'The file system is read-only.',
    EACCES: 'You have no right to write there.',
  }
  const hint = hints[systemCode(cause) ?? '']
  return new LoError('WRITE_FAILED', `${folder} cannot be written: ${messageOf(cause)}`, {
    cause,
    ...(hint && { hint }),
  })
}
