import { parseDocument } from 'yaml'
import { identify, splitDocuments } from '../../build/resource.js'
import { LoError } from '../../errors.js'
import { groupOf, type ObjectId } from '../../kube/object.js'

/** One object of an artifact, with its text as the renderer wrote it: that text is what is applied. */
export interface Manifest {
  apiVersion: string
  /** Without a namespace where the text names none. */
  id: ObjectId
  text: string
  /** The file it stands in, relative to the project. */
  file: string
}

/** The objects of one file. Throws `ARTIFACT_REFUSED` for a document that is none. */
export function parseManifests(text: string, file: string): Manifest[] {
  return splitDocuments(text).map(document => {
    const { apiVersion, kind, name, namespace } = identifyIn(file, document)
    const id: ObjectId = { group: groupOf({ apiVersion }), kind, name, ...(namespace && { namespace }) }
    if (kind === 'List' || !apiVersion) throw refused(file, `${kind} ${name} is no single object`)
    return { apiVersion, id, text: document.endsWith('\n') ? document : `${document}\n`, file }
  })
}

function identifyIn(file: string, document: string) {
  try {
    return identify(document)
  } catch (error) {
    if (!(error instanceof LoError)) throw error
    throw refused(file, error.message, error)
  }
}

const refused = (file: string, message: string, cause?: unknown) =>
  new LoError('ARTIFACT_REFUSED', `${file} cannot be applied.`, {
    problems: [{ file, message }],
    hint: 'Run `lo build` again: artifacts are not meant to be written by hand.',
    cause,
  })

/** The manifest in a namespace, when it names none itself. */
export function inNamespace(manifest: Manifest, namespace: string): Manifest {
  const { id, text } = manifest
  if (id.namespace !== undefined) return manifest
  return { ...manifest, id: { ...id, namespace }, text: addNamespace(text, namespace) }
}

/** A line more, where metadata is written as kustomize does; anything else goes through a parser. */
function addNamespace(text: string, namespace: string): string {
  const block = /^metadata:[ \t]*\n( +)(?=[A-Za-z])/m
  if (block.test(text)) return text.replace(block, `metadata:\n$1namespace: ${namespace}\n$1`)
  const document = parseDocument(text, { logLevel: 'error' })
  document.setIn(['metadata', 'namespace'], namespace)
  return document.toString()
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
