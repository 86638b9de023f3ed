import { type Document, parseDocument, type Scalar } from 'yaml'
import { splitDocuments } from '../../build/resource.js'

/**
 * Puts other text in the place of some scalars of each document. Everything else stays as it is, letter for letter: no
 * library writes YAML as others read it.
 */
export function editScalars(
  text: string,
  find: (document: Document.Parsed) => Scalar[],
  replacement: (scalar: Scalar) => string,
): string {
  return splitDocuments(text)
    .map(document => edit(document, find(parseDocument(document, { logLevel: 'silent' })), replacement))
    .join('---\n')
}

function edit(document: string, scalars: Scalar[], replacement: (scalar: Scalar) => string): string {
  // From the end, so that the places before it stay right.
  const places = scalars
    .map(scalar => ({ range: scalar.range!, text: replacement(scalar) }))
    .sort((one, other) => other.range[0] - one.range[0])
  return places.reduce(
    (said, { text, range: [start, end] }) => said.slice(0, start) + text + said.slice(end),
    document,
  )
}
