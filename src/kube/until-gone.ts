import { ApiError, type KubeApi } from './api.js'
import { follow } from './follow.js'
import type { KubeObject } from './object.js'
import type { Resource } from './resources.js'

interface UntilGoneOptions {
  api: KubeApi
  resource: Resource
  id: { name: string; namespace?: string }
  /** Another object of this name is not waited for. */
  uid: string
  /** Until when, by `now`. */
  deadline: number
  now: () => number
  sleep: (milliseconds: number, signal?: AbortSignal) => Promise<void>
  signal: AbortSignal
}

/** Waits until an object is gone. Answers with what is left of it at the deadline, as it was last seen. */
export async function untilGone(options: UntilGoneOptions): Promise<KubeObject | undefined> {
  const { api, resource, id, uid, deadline, now, sleep, signal } = options
  const over = new AbortController()
  let left: KubeObject | undefined
  const look = (object: KubeObject | undefined, isGone = false) => {
    left = isGone || object?.metadata.uid !== uid ? undefined : object
    if (!left) over.abort()
  }
  const following = follow({
    api,
    resource,
    ...(id.namespace !== undefined && { namespace: id.namespace }),
    fieldSelector: `metadata.name=${id.name}`,
    onList: ([object]) => look(object),
    onChange: look,
    sleep,
    signal: AbortSignal.any([signal, over.signal]),
  })
  try {
    await Promise.race([following, sleep(Math.max(0, deadline - now()), over.signal)])
  } catch (error) {
    signal.throwIfAborted()
    // With its kind it is gone, too.
    const isKindGone = error instanceof ApiError && error.status === 404
    if (!over.signal.aborted && !isKindGone) throw error
  } finally {
    over.abort()
  }
  return left
}
