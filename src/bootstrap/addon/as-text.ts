import { isMap, isScalar, isSeq, parseDocument, type Scalar, visit } from 'yaml'
import { splitDocuments } from '../../build/resource.js'

/**
 * Puts quotes around what has to be text and may have become something else when variables were filled in: the value of
 * every environment variable of a container, and the values of ConfigMaps and of `stringData`. Everything else stays
 * as it is, letter for letter.
 */
export function asText(rendered: string): string {
  if (!/^\s*(- )?env:|^(kind: ConfigMap|stringData:)/m.test(rendered)) return rendered
  return splitDocuments(rendered)
    .map(quoteTexts)
    .map(document => `---\n${document}`)
    .join('')
    .replace(/^---\n/, '')
}

function quoteTexts(document: string): string {
  const places = findTexts(document).map(({ source, range }) => ({ source: source ?? '', range: range! }))
  // From the end, so that the places before it stay right.
  return places
    .sort((one, other) => other.range[0] - one.range[0])
    .reduce(
      (text, { source, range: [start, end] }) =>
        text.slice(0, start) + JSON.stringify(source) + text.slice(end),
      document,
    )
}

function findTexts(document: string): Scalar[] {
  const parsed = parseDocument(document, { logLevel: 'silent' })
  const found: Scalar[] = []
  const add = (node: unknown) => {
    if (isScalar(node) && node.type === 'PLAIN' && node.value !== null) found.push(node)
  }
  const addAll = (map: unknown) => {
    if (isMap(map)) for (const { value } of map.items) add(value)
  }
  visit(parsed, {
    Pair: (_key, { key, value }) => {
      if (!isScalar(key) || key.value !== 'env' || !isSeq(value)) return
      for (const item of value.items) if (isMap(item)) add(item.get('value', true))
    },
  })
  const kind = parsed.get('kind')
  if (kind === 'ConfigMap') addAll(parsed.get('data', true))
  if (kind === 'Secret') addAll(parsed.get('stringData', true))
  return found
}
