import { type Document, isMap, isScalar, isSeq, type Scalar, visit } from 'yaml'
import { editScalars } from './edit-scalars.js'

/**
 * Puts quotes around what has to be text and may have become something else when variables were filled in: the value of
 * every environment variable of a container, and the values of ConfigMaps and of `stringData`.
 */
export function asText(rendered: string): string {
  if (!/^\s*(- )?env:|^(kind: ConfigMap|stringData:)/m.test(rendered)) return rendered
  return editScalars(rendered, findTexts, ({ source }) => JSON.stringify(source ?? ''))
}

function findTexts(document: Document.Parsed): Scalar[] {
  const found: Scalar[] = []
  visit(document, {
    Pair: (_key, { key, value }) => {
      if (!isScalar(key) || key.value !== 'env' || !isSeq(value)) return
      for (const item of value.items) if (isMap(item)) found.push(...plainOf([item.get('value', true)]))
    },
  })
  const kind = document.get('kind')
  if (kind === 'ConfigMap') found.push(...valuesOf(document.get('data', true)))
  if (kind === 'Secret') found.push(...valuesOf(document.get('stringData', true)))
  return found
}

const valuesOf = (map: unknown): Scalar[] => (isMap(map) ? plainOf(map.items.map(({ value }) => value)) : [])

/** Those that stand without quotes, and are something. */
function plainOf(nodes: unknown[]): Scalar[] {
  return nodes.filter(node => isScalar(node)).filter(({ type, value }) => type === 'PLAIN' && value !== null)
}
