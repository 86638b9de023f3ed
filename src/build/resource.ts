import { parse } from 'yaml'
import { LoError, messageOf } from '../errors.js'

/** What tells one resource of a render from all others. */
export interface ResourceId {
  apiVersion: string
  kind: string
  namespace?: string
  name: string
}

/**
 * The documents of a multi-document YAML text, each with its text as it stands. Cutting at lines is sound: YAML
 * forbids `---` at the start of a line inside any scalar.
 */
export function splitDocuments(text: string): string[] {
  return text.split(/^---(?:[ \t]+(?=#)|[ \t]*$\n?)/m).filter(document => /^[ \t]*[^#\s]/m.test(document))
}

export function countDocuments(text: string): number {
  return splitDocuments(text).length
}

/**
 * Who a document is, read off the block style in which kustomize writes; parsed where it is not that plain.
 * A parse takes 300 times as long.
 */
export function identify(document: string): ResourceId {
  const metadata = /^metadata:\n((?: .*\n?)+)/m.exec(document)?.[1] ?? ''
  const kind = plain(/^kind: (.+)$/m.exec(document)?.[1])
  const apiVersion = plain(/^apiVersion: (.+)$/m.exec(document)?.[1])
  const name = plain(/^ {2}name: (.+)$/m.exec(metadata)?.[1])
  const hasNamespace = /^ {2}namespace:/m.test(metadata)
  const namespace = plain(/^ {2}namespace: (.+)$/m.exec(metadata)?.[1])
  if (!kind || !apiVersion || !name || (hasNamespace && !namespace)) return parseId(document)
  return { apiVersion, kind, name, ...(namespace && { namespace }) }
}

/** The text of a scalar that needs no parser to be understood. */
function plain(scalar: string | undefined): string | undefined {
  return /^(?:"([\w./:-]+)"|'([\w./:-]+)'|([A-Za-z0-9][\w./-]*))$/
    .exec(scalar ?? '')
    ?.slice(1)
    .find(Boolean)
}

function parseId(document: string): ResourceId {
  const { apiVersion = '', kind, metadata } = parseScalarsAsText(document)
  const { name, namespace } = (metadata ?? {}) as Record<string, unknown>
  if (isText(kind) && isText(name)) {
    return { apiVersion: String(apiVersion), kind, name, ...(isText(namespace) && { namespace }) }
  }
  const start = document.trimStart().split('\n', 1)[0]
  const message = `A document without kind or metadata.name cannot have a file of its own: ${start}`
  throw new LoError('ARTIFACT_REFUSED', message)
}

function parseScalarsAsText(document: string): Record<string, unknown> {
  try {
    const value: unknown = parse(document, { schema: 'failsafe', logLevel: 'error' })
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
  } catch (cause) {
    throw new LoError('ARTIFACT_REFUSED', 'The render holds a document that is no YAML.', {
      cause,
      detail: messageOf(cause),
    })
  }
}

const isText = (value: unknown): value is string => typeof value === 'string' && value !== ''
