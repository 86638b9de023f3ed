import { isScalar, isSeq, parseDocument, type YAMLSeq } from 'yaml'

/** A kustomization that takes the chart as a file of resources, and no longer asks a plugin to render it. */
export function rewriteKustomization(text: string, chartFile: string, resource: string | undefined): string {
  const document = parseDocument(text, { logLevel: 'silent' })
  const generators = document.get('generators')
  if (isSeq(generators)) {
    generators.items = generators.items.filter(item => !isPath(item, chartFile))
    if (generators.items.length === 0) document.delete('generators')
  }
  if (resource !== undefined) {
    const resources = document.get('resources')
    if (isSeq(resources)) (resources as YAMLSeq).add(resource)
    else document.set('resources', [resource])
  }
  return document.toString({ lineWidth: 0 })
}

function isPath(item: unknown, file: string): boolean {
  return isScalar(item) && typeof item.value === 'string' && item.value.replace(/^(\.\/)+/, '') === file
}
