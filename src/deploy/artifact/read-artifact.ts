import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { listName } from '../../build/artifact.js'
import { findLeftOver } from '../../build/substitute.js'
import { LoError, messageOf, type Problem, systemCode } from '../../errors.js'
import { keyOf, showId } from '../../kube/object.js'
import { type Manifest, readManifests } from './manifest.js'
import { readList } from './read-list.js'

/** What `lo build` has made of one target. */
export interface TargetArtifact {
  target: string
  manifests: Manifest[]
  /** SHA-256 over the text of all objects, the same for both layouts. */
  digest: string
}

interface Place {
  root: string
  /** The folder of the domain. */
  folder: string
}

/** The artifacts of targets, all of them complete and in order. Throws for all that is wrong with any of them at once. */
export function readArtifacts(targets: readonly string[], place: Place): TargetArtifact[] {
  const missing = targets.filter(
    target => readOptional(path.join(folderOf(place, target), listName)) === undefined,
  )
  if (missing.length > 0) throw notBuilt(missing, place)
  const problems: Problem[] = []
  const artifacts = targets.map(target => readArtifact(target, place, problems))
  problems.push(...artifacts.flatMap(({ manifests }) => findProblems(manifests)))
  if (problems.length === 0) return artifacts
  throw new LoError('DEPLOY_REFUSED', 'The artifacts cannot be deployed as they are.', {
    problems,
    hint: `Run \`lo build ${path.basename(place.folder)}\`: artifacts are not meant to be written by hand. Nothing has been applied.`,
  })
}

/** Adds to `problems` what is wrong with its files. */
function readArtifact(target: string, place: Place, problems: Problem[]): TargetArtifact {
  const folder = folderOf(place, target)
  const fileOf = (name: string) => path.relative(place.root, path.join(folder, name))
  // The list decides, so that files of an older layout or of somebody else are never applied.
  const names = readList(readOptional(path.join(folder, listName)) ?? '')
  if (typeof names === 'string') problems.push({ file: fileOf(listName), message: names })
  const manifests = (typeof names === 'string' ? [] : names).flatMap(name => {
    const text = readOptional(path.join(folder, name))
    const read = text === undefined ? undefined : readManifests(text, fileOf(name))
    const gone = { file: fileOf(name), message: `there is no such file, and ${listName} lists it` }
    problems.push(...(read?.problems ?? [gone]))
    return read?.manifests ?? []
  })
  return { target, manifests, digest: digestOf(manifests) }
}

function folderOf({ folder }: Place, target: string): string {
  return path.join(folder, 'artifacts', target)
}

function readOptional(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    if (['ENOENT', 'ENOTDIR'].includes(systemCode(cause) ?? '')) return undefined
    throw new LoError('READ_FAILED', `${file} cannot be read: ${messageOf(cause)}.`, { cause })
  }
}

function notBuilt(targets: string[], { folder }: Place): LoError {
  const domain = path.basename(folder)
  const names = targets.map(target => `"${target}"`).join(', ')
  return new LoError('ARTIFACT_MISSING', `${domain} has no artifact of ${names}.`, {
    problems: targets.map(target => ({
      file: `clusters/${domain}/artifacts/${target}/${listName}`,
      message: 'there is no such file',
    })),
    hint: `Run \`lo build ${domain}\` first.`,
  })
}

function findProblems(manifests: readonly Manifest[]): Problem[] {
  const leftOver = manifests.flatMap(({ text, file, line, id }) =>
    findLeftOver(text).map(name => ({
      file,
      line,
      message: `\${${name}} is left over in ${showId(id)}`,
      hint: 'set the variable and run lo build again',
    })),
  )
  return [...leftOver, ...findDuplicates(manifests)]
}

/** An object that stands in one target twice: which of the two holds would be a matter of luck. */
export function findDuplicates(manifests: readonly Manifest[]): Problem[] {
  const seen = new Map<string, Manifest>()
  return manifests.flatMap(manifest => {
    const { id, file, line } = manifest
    const other = seen.get(keyOf(id))
    seen.set(keyOf(id), manifest)
    if (!other) return []
    return [
      { file, line, message: `${showId(id)} stands in it twice, before in ${other.file}:${other.line}` },
    ]
  })
}

/** By the objects, in an order of its own: the layout of the files is no part of what is deployed. */
function digestOf(manifests: readonly Manifest[]): string {
  const hash = createHash('sha256')
  for (const text of manifests.map(({ text }) => text.trimEnd()).sort()) hash.update(`${text}\n---\n`)
  return hash.digest('hex')
}
