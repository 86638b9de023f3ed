import type { Context, Ended } from '../../context.js'
import { type ApiError, ApiError as Failure } from '../../kube/api.js'
import { fieldManager } from '../../kube/kubectl.js'
import { objectPath } from '../../kube/resources.js'
import type { Manifest } from '../artifact/manifest.js'
import type { Connection } from '../connection.js'
import { planRefusal, type Refusal } from './refusal.js'

/** One run of kubectl over some manifests. Each that it reports as applied is told at once. */
export async function applyRun(
  manifests: readonly Manifest[],
  { kubectl }: Pick<Connection, 'kubectl'>,
  force: boolean,
  onApplied: (manifest: Manifest) => void,
): Promise<Ended> {
  const text = manifests.map(manifest => manifest.text).join('---\n')
  return kubectl.apply(text, { force }, matchLines(manifests, onApplied))
}

/**
 * kubectl goes through the objects in order, and prints a line for each that it has applied, without its namespace.
 * So a line is about the next object of that name. Where one of two namesakes fails, the first is taken for applied
 * that may be the failed one; whoever asks for the reasons of failures finds out.
 */
function matchLines(manifests: readonly Manifest[], onApplied: (manifest: Manifest) => void) {
  let next = 0
  return (line: string) => {
    for (let index = next; index < manifests.length; index++) {
      if (line !== `${nameOf(manifests[index]!)} serverside-applied`) continue
      next = index + 1
      onApplied(manifests[index]!)
      return
    }
  }
}

/** As kubectl prints it: `deployment.apps/web`. */
export function nameOf({ id: { group, kind, name } }: Pick<Manifest, 'id'>): string {
  return `${kind.toLowerCase()}${group && `.${group}`}/${name}`
}

/**
 * Asks the API server what it has against an object, in a form that programs can read; undefined when it has nothing
 * (any more). Changes nothing.
 */
export async function askRefusal(
  manifest: Manifest,
  { api, resources }: Pick<Connection, 'api' | 'resources'>,
  force: boolean,
  { signal }: Pick<Context, 'signal'>,
): Promise<Refusal | undefined> {
  try {
    const { apiVersion, id, text } = manifest
    const resource = await resources.find({ apiVersion, kind: id.kind })
    if (!resource) return unknownKind(manifest)
    await api.request('PATCH', objectPath(resource, id), {
      query: { fieldManager, force, dryRun: 'All' },
      contentType: 'application/apply-patch+yaml',
      body: text,
      signal,
    })
    return undefined
  } catch (error) {
    if (error instanceof Failure) return planRefusal(manifest, error)
    throw error
  }
}

const unknownKind = (manifest: Manifest) =>
  planRefusal(manifest, new Failure('no such kind', { status: 404, reason: 'NotFound' }) satisfies ApiError)
