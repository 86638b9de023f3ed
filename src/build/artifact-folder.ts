import { existsSync, lstatSync, mkdirSync, readdirSync, realpathSync, renameSync } from 'node:fs'
import path from 'node:path'
import type { Context } from '../context.js'
import { LoError, messageOf, systemCode } from '../errors.js'
import { type Artifact, listName } from './artifact.js'
import {
  createFolder,
  type Files,
  ignoring,
  readFiles,
  recoverStage,
  replaceFile,
  replaceFolder,
} from './replace.js'
import { countDocuments } from './resource.js'

/** The folder of one target's artifact, inside `artifacts`. */
export interface Place {
  artifacts: string
  target: string
}

type Processes = Pick<Context, 'pid' | 'isRunning'>

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
    const written = before.size === 0 ? 'created' : 'configured'
    let now: Files = before
    for (let round = 0; round < mostRounds; round++) {
      const changed = [...artifact.files].filter(([name, bytes]) => !now.get(name)?.equals(bytes))
      const gone = [...now.keys()].filter(name => !artifact.files.has(name))
      if (changed.length === 0 && gone.length === 0) {
        return round === 0 ? 'unchanged' : written
      }
      mkdirSync(place.artifacts, { recursive: true })
      const fresh = freshName(place, pid)
      // What is new as a whole needs no second look: who changes it afterwards looks for himself.
      if (!existsSync(folder)) {
        if (createFolder(fresh, folder, artifact.files)) return written
      } else if (changed.length === 1 && gone.length === 0 && now.size > 0)
        replaceFile(fresh, folder, changed[0]!)
      else replaceFolder(fresh, folder, artifact.files, now)
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

const stageForm = /^\.lo-(\d+)-(.+)-([A-Za-z0-9]{6})$/

/** Something new beside the artifacts. Should this build be killed, the next one knows by the name what it is. */
function freshName({ artifacts, target }: Place, pid: number): string {
  const suffix = Math.random().toString(36).slice(2, 8).padEnd(6, '0')
  return path.join(artifacts, `.lo-${pid}-${target}-${suffix}`)
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
