import { parseDocument } from 'yaml'
import type { Manifest } from './manifest.js'

/**
 * A Secret whose `stringData` stands in `data`, as the API server would put it there. Applied as it is, it would be
 * written again by every apply, and what is taken out of it would stay:
 * https://github.com/kubernetes/kubernetes/issues/70281
 */
export function withEncodedData(manifest: Manifest): Manifest {
  const { id, text } = manifest
  if (id.group !== '' || id.kind !== 'Secret' || !text.includes('stringData')) return manifest
  // As kubectl reads it: `yes` is no text there. What is none is left for the API server to refuse.
  const document = parseDocument(text, { version: '1.1', logLevel: 'error' })
  const { data, stringData } = document.toJS() as Record<
    'data' | 'stringData',
    Record<string, unknown> | undefined
  >
  const entries = Object.entries(stringData ?? {})
  if (entries.some(([, value]) => typeof value !== 'string')) return manifest
  const encoded = entries.map(([key, value]) => [key, Buffer.from(value as string).toString('base64')])
  document.delete('stringData')
  document.set('data', document.createNode({ ...data, ...Object.fromEntries(encoded) }))
  return { ...manifest, text: document.toString({ lineWidth: 0 }) }
}
