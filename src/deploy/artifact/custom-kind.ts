import { parse } from 'yaml'
import type { Manifest } from './manifest.js'

/** The kind that a CustomResourceDefinition brings. */
export interface CustomKind {
  group: string
  kind: string
  isNamespaced: boolean
}

export const isDefinition = ({ id }: Manifest) =>
  id.group === 'apiextensions.k8s.io' && id.kind === 'CustomResourceDefinition'

/**
 * What a definition defines, read off the block style in which kustomize writes; parsed where it is not that plain:
 * definitions are the largest objects there are. Undefined for one that makes no sense.
 */
export function customKindOf({ text }: Pick<Manifest, 'text'>): CustomKind | undefined {
  const spec = /^spec:\n((?: .*\n?)+)/m.exec(text)?.[1] ?? ''
  const names = /^ {2}names:\n((?: {3,}.*\n?)+)/m.exec(spec)?.[1] ?? ''
  const group = /^ {2}group: ([\w.-]+)$/m.exec(spec)?.[1]
  const kind = /^ {4}kind: (\w+)$/m.exec(names)?.[1]
  const scope = /^ {2}scope: (\w+)$/m.exec(spec)?.[1]
  if (group && kind && scope) return { group, kind, isNamespaced: scope === 'Namespaced' }
  return parseCustomKind(text)
}

function parseCustomKind(text: string): CustomKind | undefined {
  const { spec } = (parse(text, { schema: 'failsafe', logLevel: 'error' }) ?? {}) as {
    spec?: { group?: unknown; scope?: unknown; names?: { kind?: unknown } }
  }
  const { group, scope, names } = spec ?? {}
  if (typeof group !== 'string' || typeof names?.kind !== 'string') return undefined
  return { group, kind: names.kind, isNamespaced: scope === 'Namespaced' }
}
