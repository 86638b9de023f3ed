import { ApiError, type KubeApi, type WatchEvent } from './api.js'
import { listAll } from './list.js'
import type { KubeObject } from './object.js'
import { isPassing } from './persist.js'
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
 * the API server. Ends with the reason of `signal`, or with an `ApiError` that waiting does not heal: a missing right,
 * or a kind that is not there. Once there was a watch, both are waited for too, since a server that has just started
 * may not know of its rights and custom kinds yet.
 */
export async function follow(options: FollowOptions): Promise<never> {
  let version: string | undefined
  let hasWatched = false
  let failures = 0
  const onVersion = (heard: string) => {
    version = heard
    failures = -1
  }
  const onOpen = () => {
    hasWatched = true
    options.onTrouble?.(undefined)
  }
  for (;;) {
    try {
      version ??= await relist(options)
      await watchFrom(version, { ...options, onVersion, onOpen })
      options.signal.throwIfAborted()
    } catch (error) {
      options.signal.throwIfAborted()
      if (!(error instanceof ApiError)) throw error
      if (isExpired(error)) version = undefined
      else if (!isPassing(error) && !(hasWatched && mayPass(error))) throw error
      options.onTrouble?.(error)
    }
    // Without any event between two of them, an end without a word counts as a failure too.
    failures += 1
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

/**
 * The server ends a watch after so many seconds. One that is silent for longer than that has lost its connection
 * without a word, as behind a router that has forgotten it.
 */
const watchSeconds = 50
const longestSilence = (watchSeconds + 10) * 1000

/** Watches until the server ends it; tells after each event the version to go on from. */
async function watchFrom(
  start: string,
  {
    api,
    resource,
    namespace,
    fieldSelector,
    take = object => object,
    onChange,
    onVersion,
    onOpen,
    signal,
  }: FollowOptions & { onVersion: (version: string) => void; onOpen: () => void },
): Promise<void> {
  let failure: ApiError | undefined
  const query = {
    watch: true,
    allowWatchBookmarks: true,
    timeoutSeconds: watchSeconds,
    resourceVersion: start,
    fieldSelector,
  }
  await api.watch(collectionPath(resource, namespace), {
    query,
    timeout: longestSilence,
    signal,
    onOpen,
    onEvent: event => {
      failure ??= failureOf(event)
      if (failure) return
      const taken = event.type === 'BOOKMARK' ? undefined : take(event.object)
      if (taken) onChange(taken, event.type === 'DELETED')
      onVersion(event.object.metadata.resourceVersion ?? start)
    },
  })
  if (failure) throw failure
}

function failureOf({ type, object }: WatchEvent): ApiError | undefined {
  if (type === 'ERROR') {
    const { message, reason, code } = object as { message?: string; reason?: string; code?: number }
    return new ApiError(message ?? 'the watch has failed', { status: code ?? 500, reason: reason ?? '' })
  }
  if (typeof object.metadata === 'object' && object.metadata !== null) return undefined
  return new ApiError('the watch tells of something that is no object', { status: 0 })
}

const isExpired = ({ status, reason }: ApiError) =>
  status === 410 || reason === 'Expired' || reason === 'Gone'

const mayPass = ({ status }: ApiError) => status === 403 || status === 404
