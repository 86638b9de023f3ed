import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { listName, parseList, singleName } from '../../build/artifact.js'
import { findLeftOver } from '../../build/substitute.js'
import { LoError, messageOf, type Problem, systemCode } from '../../errors.js'
import { keyOf, showId } from '../../kube/object.js'
import { type Manifest, parseManifests } from './manifest.js'

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
  const artifacts = targets.map(target => readArtifact(target, place))
  const problems = artifacts.flatMap(artifact => findProblems(artifact))
  if (problems.length === 0) return artifacts
  throw new LoError('ARTIFACT_REFUSED', 'The artifacts cannot be deployed as they are.', {
    problems,
    hint: 'Mend the targets and run `lo build`. Nothing has been applied.',
  })
}

function readArtifact(target: string, place: Place): TargetArtifact {
  const folder = folderOf(place, target)
  const manifests = filesOf(folder).flatMap(name => {
    const file = path.relative(place.root, path.join(folder, name))
    const text = readOptional(path.join(folder, name))
    if (text !== undefined) return parseManifests(text, file)
    throw new LoError('ARTIFACT_MISSING', `The artifact of ${target} is incomplete.`, {
      problems: [{ file, message: `the file is listed in ${listName}, and is not there` }],
      hint: `Run \`lo build ${path.basename(place.folder)} ${target}\`.`,
    })
  })
  return { target, manifests, digest: digestOf(manifests) }
}

/** The list decides, so that files of an older layout or of somebody else are never applied. */
function filesOf(folder: string): string[] {
  const list = readOptional(path.join(folder, listName)) ?? ''
  return /^- '?artifacts\.yaml'?$/m.test(list) ? [singleName] : parseList(list)
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

function findProblems({ manifests }: TargetArtifact): Problem[] {
  const leftOver = manifests.flatMap(({ text, file, id }) =>
    findLeftOver(text).map(name => ({
      file,
      message: `\${${name}} is left over in ${showId(id)}`,
      hint: 'set the variable and run lo build again',
    })),
  )
  return [...leftOver, ...findDuplicates(manifests)]
}

function findDuplicates(manifests: Manifest[]): Problem[] {
  const seen = new Set<string>()
  return manifests.flatMap(({ id, file }) => {
    const key = keyOf(id)
    if (seen.has(key)) return [{ file, message: `${showId(id)} stands in it twice` }]
    seen.add(key)
    return []
  })
}

/** By the objects, in an order of its own: the layout of the files is no part of what is deployed. */
function digestOf(manifests: Manifest[]): string {
  const hash = createHash('sha256')
  for (const text of manifests.map(({ text }) => text.trimEnd()).sort()) hash.update(`${text}\n---\n`)
  return hash.digest('hex')
}
