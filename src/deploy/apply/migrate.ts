import type { Context } from '../../context.js'
import { ApiError } from '../../kube/api.js'
import { fieldManager } from '../../kube/kubectl.js'
import type { KubeObject } from '../../kube/object.js'
import { objectPath } from '../../kube/resources.js'
import type { Manifest } from '../artifact/manifest.js'
import type { Connection } from '../connection.js'
import { getOptional, type ManagedField, metadataAlone } from './look-up.js'
import { planRefusal, type Refusal } from './refusal.js'

/**
 * Notes of an object that `lo` has set its fields in the version in which it is applied now. The API server looks at
 * what was applied last in the version of that time, and refuses fields that this one does not have:
 * https://github.com/fluxcd/flux2/issues/4906. Answers with the reason when that cannot be.
 */
export async function migrateVersion(
  manifest: Manifest,
  { api, resources }: Pick<Connection, 'api' | 'resources'>,
  { signal }: Pick<Context, 'signal'>,
): Promise<Refusal | undefined> {
  try {
    const { apiVersion, id } = manifest
    const resource = await resources.find({ apiVersion, kind: id.kind })
    if (!resource) return undefined
    const path = objectPath(resource, id)
    const object = await getOptional(() => api.request('GET', path, { signal, accept: metadataAlone }))
    const body = object && planMigration(object, apiVersion)
    if (!body) return undefined
    const contentType = 'application/json-patch+json'
    await api.request('PATCH', path, { query: { fieldManager }, body, contentType, signal })
    return undefined
  } catch (error) {
    if (error instanceof ApiError) return planRefusal(manifest, error)
    throw error
  }
}

/** As a JSON patch that does nothing to an object which has changed meanwhile; undefined when there is nothing to do. */
function planMigration({ metadata }: KubeObject, apiVersion: string): object[] | undefined {
  const { managedFields = [] } = metadata as { managedFields?: ManagedField[] }
  const changes = managedFields.flatMap((entry, index) => {
    const isOurs = entry.manager === fieldManager && entry.operation === 'Apply'
    if (!isOurs || entry.apiVersion === apiVersion) return []
    return [{ op: 'replace', path: `/metadata/managedFields/${index}/apiVersion`, value: apiVersion }]
  })
  if (changes.length === 0) return undefined
  return [{ op: 'test', path: '/metadata/resourceVersion', value: metadata.resourceVersion }, ...changes]
}
