import { ApiError, type KubeApi, type WatchEvent } from './api.js'
import { listAll } from './list.js'
import type { KubeObject } from './object.js'
import { collectionPath, type Resource } from './resources.js'

export interface FollowOptions {
  api: KubeApi
  resource: Resource
  /** Without it all namespaces are followed. */
  namespace?: string
  fieldSelector?: string
  /** Trims an object to what is needed, or leaves it out. */
  take?: (object: KubeObject) => KubeObject | undefined
  /** All objects there are: at the beginning, and again whenever the thread was lost. */
  onList: (objects: KubeObject[]) => void
  onChange: (object: KubeObject, isGone: boolean) => void
  /** Told about each failure that is tried again, and with undefined when it is over. */
  onTrouble?: (error: ApiError | undefined) => void
  sleep: (milliseconds: number, signal?: AbortSignal) => Promise<void>
  signal: AbortSignal
}

const pauses = [100, 200, 400, 800, 1600, 3000]

/**
 * Follows all objects of a kind with one list and one watch, over lost connections, expired versions and restarts of
 * the API server. Ends with the reason of `signal`, or with an `ApiError` that waiting does not heal, such as a
 * missing right.
 */
export async function follow(options: FollowOptions): Promise<never> {
  let version: string | undefined
  let failures = 0
  const onOpen = () => {
    failures = 0
    options.onTrouble?.(undefined)
  }
  for (;;) {
    try {
      version ??= await relist(options)
      version = await watchFrom(version, { ...options, onOpen })
      options.signal.throwIfAborted()
    } catch (error) {
      options.signal.throwIfAborted()
      if (!(error instanceof ApiError)) throw error
      if (isExpired(error)) version = undefined
      else if (!isPassing(error)) throw error
      options.onTrouble?.(error)
      failures += 1
    }
    // A server may also end every watch at once, without a word.
    await options.sleep(pauses[Math.min(failures, pauses.length - 1)]!, options.signal)
  }
}

async function relist({
  api,
  resource,
  namespace,
  take,
  onList,
  ...options
}: FollowOptions): Promise<string> {
  const { items, resourceVersion } = await listAll(
    api,
    collectionPath(resource, namespace),
    resource,
    { query: { fieldSelector: options.fieldSelector }, signal: options.signal },
    take,
  )
  onList(items)
  return resourceVersion
}

/** Watches until the server ends it, and answers with the version to go on from. */
async function watchFrom(
  start: string,
  {
    api,
    resource,
    namespace,
    fieldSelector,
    take = object => object,
    onChange,
    onOpen,
    signal,
  }: FollowOptions & { onOpen: () => void },
): Promise<string> {
  let version = start
  let failure: ApiError | undefined
  await api.watch(collectionPath(resource, namespace), {
    query: { watch: true, allowWatchBookmarks: true, resourceVersion: start, fieldSelector },
    signal,
    onOpen,
    onEvent: event => {
      if (event.type === 'ERROR') failure ??= errorOf(event)
      if (failure) return
      version = event.object.metadata.resourceVersion ?? version
      if (event.type === 'BOOKMARK') return
      const taken = take(event.object)
      if (taken) onChange(taken, event.type === 'DELETED')
    },
  })
  if (failure) throw failure
  return version
}

function errorOf({ object }: WatchEvent): ApiError {
  const { message, reason, code } = object as unknown as { message?: string; reason?: string; code?: number }
  return new ApiError(message ?? 'the watch has failed', { status: code ?? 500, reason: reason ?? '' })
}

const isExpired = ({ status, reason }: ApiError) =>
  status === 410 || reason === 'Expired' || reason === 'Gone'

/** No answer, overload, and what a restart or a token that is being renewed bring. */
export function isPassing({ status }: ApiError): boolean {
  return status === 0 || status === 401 || status === 408 || status === 429 || status >= 500
}
