import { parse } from 'yaml'

/**
 * The files that the `kustomization.yaml` of an artifact lists. A text says why the list cannot be gone by: `lo` reads
 * the files without kustomize, so nothing may stand in it but what `lo build` has written.
 */
export function readList(text: string): string[] | string {
  const list = parseMap(text)
  if (!list) return 'this is no YAML'
  const { apiVersion: _version, kind: _kind, resources, ...others } = list
  const [other] = Object.keys(others)
  if (other !== undefined) return `"${other}" would have no effect here: lo build writes resources alone`
  if (!Array.isArray(resources)) return 'it lists no resources'
  const foreign = resources.find(name => typeof name !== 'string' || !fileName.test(name))
  if (foreign !== undefined) return `"${foreign}" is no file of this artifact`
  return resources as string[]
}

const fileName = /^[\w%-][\w%.-]*\.ya?ml$/

function parseMap(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = parse(text, { schema: 'failsafe', logLevel: 'error' })
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}
