import type { Context } from '../../context.js'
import { LoError } from '../../errors.js'
import type { KubeObject } from '../../kube/object.js'
import { showId } from '../../kube/object.js'
import { objectPath, type Resource } from '../../kube/resources.js'
import type { Manifest } from '../artifact/manifest.js'
import type { Connection } from '../connection.js'
import { getOptional, type Seen } from './look-up.js'
import type { Refusal } from './refusal.js'

interface RecreateOptions {
  forceRecreate: boolean
  deadline: number
  /** It is being deleted already. */
  isLeaving: boolean
}

/**
 * Has an object go, so that it can be made again; answers with the reason when it does not go in time. One that is
 * being deleted anyhow is waited for; only when that is asked for, its finalizers are removed.
 */
export async function recreate(
  manifest: Manifest,
  seen: Seen,
  { forceRecreate, deadline, isLeaving }: RecreateOptions,
  { api, resources }: Pick<Connection, 'api' | 'resources'>,
  { now, sleep, signal, output }: Pick<Context, 'now' | 'sleep' | 'signal' | 'output'>,
): Promise<Refusal | undefined> {
  const { apiVersion, id } = manifest
  const resource = await resources.find({ apiVersion, kind: id.kind })
  if (!resource) throw new LoError('TOOL_FAILED', `The kind of ${showId(id)} is gone.`)
  const path = objectPath(resource, id)
  const say = (message: string) => output.event({ type: 'notice', message: `${showId(id)} ${message}` })
  if (isLeaving) say('is being deleted; waiting until it is gone')
  else {
    say('cannot be changed; it is deleted and made again')
    await getOptional(() =>
      api.request('DELETE', path, {
        body: { propagationPolicy: 'Background', preconditions: { uid: seen.uid } },
        signal,
      }),
    )
  }
  if (forceRecreate && isLeaving) await release({ path, resource, id: manifest.id, api, signal })
  for (;;) {
    const found = await getOptional(() => api.request<KubeObject>('GET', path, { signal }))
    if (!found || found.metadata.uid !== seen.uid) return undefined
    if (now() > deadline) return held(found)
    await sleep(200)
  }
}

function held({ metadata: { finalizers = [] }, spec }: KubeObject): Refusal {
  const inside = Array.isArray(spec?.finalizers) ? (spec.finalizers as string[]) : []
  const holders = [...finalizers, ...inside].join(', ')
  return {
    reason: 'terminating',
    message: `it is being deleted, and does not go${holders && `: it is held by ${holders}`}`,
  }
}

/** A Namespace has finalizers of its own in its spec, which only a subresource of it can change. */
async function release({
  path,
  resource,
  id,
  api,
  signal,
}: {
  path: string
  resource: Resource
  id: Manifest['id']
  api: Connection['api']
  signal: AbortSignal
}): Promise<void> {
  if (resource.kind === 'Namespace' && resource.apiVersion === 'v1') {
    const body = {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: id.name },
      spec: { finalizers: [] },
    }
    await getOptional(() => api.request('PUT', `${path}/finalize`, { body, signal }))
  }
  await getOptional(() =>
    api.request('PATCH', path, {
      contentType: 'application/merge-patch+json',
      body: { metadata: { finalizers: null } },
      signal,
    }),
  )
}
