import { parseDocument } from 'yaml'
import { identify, splitDocuments } from '../../build/resource.js'
import { LoError, type Problem } from '../../errors.js'
import { groupOf, type ObjectId } from '../../kube/object.js'
import { findMistake } from './find-mistake.js'

/** One object of an artifact, with its text as the renderer wrote it: that text is what is applied. */
export interface Manifest {
  apiVersion: string
  /** Without a namespace where the text names none. */
  id: ObjectId
  text: string
  /** The file it stands in, relative to the project, and the line at which it begins. */
  file: string
  line: number
}

/** The objects of one file, in its order. Throws `DEPLOY_REFUSED` for documents that are none. */
export function parseManifests(text: string, file: string): Manifest[] {
  const { manifests, problems } = readManifests(text, file)
  if (problems.length === 0) return manifests
  throw new LoError('DEPLOY_REFUSED', `${file} cannot be applied.`, { problems })
}

/** The objects of one file, and what is wrong with the documents that are none. */
export function readManifests(text: string, file: string): { manifests: Manifest[]; problems: Problem[] } {
  const manifests: Manifest[] = []
  const problems: Problem[] = []
  let line = 1
  let counted = 0
  let end = 0
  for (const document of splitDocuments(text)) {
    const start = text.indexOf(document, end)
    line += countLines(text.slice(counted, start))
    counted = start
    end = start + document.length
    const read = readManifest(document, { file, line })
    if ('message' in read) problems.push(read)
    else manifests.push(read)
  }
  return { manifests, problems }
}

const countLines = (text: string) => text.split('\n').length - 1

function readManifest(document: string, place: { file: string; line: number }): Manifest | Problem {
  const mistake = findMistake(document)
  if (mistake) return { ...mistake, ...place, line: place.line + mistake.line - 1 }
  try {
    const { apiVersion, kind, name, namespace } = identify(document)
    if (!apiVersion) return { message: 'this document has no apiVersion', ...place }
    if (kind === 'List') return { message: `${kind} ${name} is no single object`, ...place }
    const id: ObjectId = { group: groupOf({ apiVersion }), kind, name, ...(namespace && { namespace }) }
    return { apiVersion, id, text: document.endsWith('\n') ? document : `${document}\n`, ...place }
  } catch (error) {
    if (!(error instanceof LoError)) throw error
    return { message: 'this document has no kind, or no metadata.name', ...place }
  }
}

/** The manifest in a namespace, when it names none itself. */
export function inNamespace(manifest: Manifest, namespace: string): Manifest {
  const { id, text } = manifest
  if (id.namespace !== undefined) return manifest
  return { ...manifest, id: { ...id, namespace }, text: addNamespace(text, namespace) }
}

/** A line more, where metadata is written as kustomize does; anything else goes through a parser. */
function addNamespace(text: string, namespace: string): string {
  const block = /^metadata:[ \t]*\n( +)(?=[A-Za-z])/m
  // One that is there but empty has to be replaced.
  const hasEmpty = /^ +namespace:[ \t]*(?:""|''|null|~)?[ \t]*$/m.test(text)
  // In quotes, since `no`, `1e3` and the like are namespaces too.
  if (block.test(text) && !hasEmpty) return text.replace(block, `metadata:\n$1namespace: "${namespace}"\n$1`)
  const document = parseDocument(text, { version: '1.1', logLevel: 'error' })
  document.setIn(['metadata', 'namespace'], namespace)
  return document.toString({ lineWidth: 0 })
}

/** The labels of an object's own metadata, as text. */
export function labelsOf({ text }: Pick<Manifest, 'text'>): Record<string, string> {
  if (!text.includes('labels')) return {}
  const labels = parseDocument(text, { schema: 'failsafe', logLevel: 'error' }).getIn(
    ['metadata', 'labels'],
    true,
  )
  const value: unknown = (labels as { toJSON?: () => unknown } | undefined)?.toJSON?.()
  return typeof value === 'object' && value !== null ? (value as Record<string, string>) : {}
}
