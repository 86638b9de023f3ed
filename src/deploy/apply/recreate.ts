import type { Context } from '../../context.js'
import { ApiError } from '../../kube/api.js'
import { showId } from '../../kube/object.js'
import { persist } from '../../kube/persist.js'
import { objectPath, type Resource } from '../../kube/resources.js'
import { untilGone } from '../../kube/until-gone.js'
import type { Manifest } from '../artifact/manifest.js'
import type { Connection } from '../connection.js'
import { explainHeld } from '../why/terminating.js'
import { getOptional, type Seen } from './look-up.js'
import { planRefusal, type Refusal } from './refusal.js'

interface RecreateOptions {
  forceRecreate: boolean
  deadline: number
  /** It is being deleted already. */
  isLeaving: boolean
}

type RecreateContext = Pick<Context, 'now' | 'sleep' | 'signal' | 'output'>

/**
 * Has an object go, so that it can be made again; answers with the reason when it does not go in time. One that is
 * being deleted anyhow is waited for. Finalizers are removed only when that is asked for, and only once whoever they
 * belong to has had time for them.
 */
export async function recreate(
  manifest: Manifest,
  seen: Seen,
  options: RecreateOptions,
  connection: Pick<Connection, 'api' | 'resources'>,
  ctx: RecreateContext,
): Promise<Refusal | undefined> {
  try {
    return await remove(manifest, seen, options, connection, ctx)
  } catch (error) {
    if (error instanceof ApiError) return planRefusal(manifest, error)
    throw error
  }
}

async function remove(
  manifest: Manifest,
  seen: Seen,
  { forceRecreate, deadline, isLeaving }: RecreateOptions,
  { api, resources }: Pick<Connection, 'api' | 'resources'>,
  ctx: RecreateContext,
): Promise<Refusal | undefined> {
  const { apiVersion, id } = manifest
  const { now, signal, output } = ctx
  const patience = { ...ctx, deadline }
  const resource = await persist(() => resources.find({ apiVersion, kind: id.kind }), patience)
  // With its kind it is gone, too.
  if (!resource) return undefined
  const say = (message: string) => output.event({ type: 'notice', message: `${showId(id)} ${message}` })
  if (isLeaving) say('is being deleted; waiting until it is gone')
  else {
    say(`cannot be changed; it is deleted${lossOf.get(id.kind) ?? ''} and made again`)
    const body = { propagationPolicy: 'Background', preconditions: { uid: seen.uid } }
    const path = objectPath(resource, id)
    await persist(() => getOptional(() => api.request('DELETE', path, { body, signal })), patience)
  }
  const wait = (until: number) => untilGone({ api, resource, id, uid: seen.uid, ...ctx, deadline: until })
  const since = seen.deletedAt ? api.clock().getTime() - Date.parse(seen.deletedAt) : 0
  const patient = now() + Math.max(0, Math.min(timeForFinalizers - since, (deadline - now()) / 2))
  let left = await wait(forceRecreate ? patient : deadline)
  if (left && forceRecreate) {
    say('is held back; its finalizers are removed')
    await persist(() => release(resource, id, api, signal), patience)
    left = await wait(deadline)
  }
  return (
    left && {
      reason: 'terminating',
      message: `it is being deleted, and does not go: ${explainHeld(id, left)}`,
    }
  )
}

/** What goes with it, and does not come again. */
const lossOf = new Map([
  ['CustomResourceDefinition', ', with all objects of its kind,'],
  ['PersistentVolumeClaim', ', with its data,'],
])

/** Milliseconds. Most controllers need seconds. */
const timeForFinalizers = 30_000

/** A Namespace has finalizers of its own in its spec, which only a subresource of it can change. */
async function release(
  resource: Resource,
  id: Manifest['id'],
  api: Connection['api'],
  signal: AbortSignal,
): Promise<void> {
  const path = objectPath(resource, id)
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
