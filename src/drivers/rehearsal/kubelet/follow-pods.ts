import type { Context } from '../../../context.js'
import { ApiError, type KubeApi, type WatchEvent } from '../../../kube/api.js'
import { followOutage } from './outage.js'
import type { Pod } from './pod.js'

/** Told what becomes of the pods that are bound to a node. */
export interface PodListener {
  /** All there are: those not among them are gone. */
  all: (pods: Pod[]) => void
  changed: (pod: Pod) => void
  gone: (pod: Pod) => void
}

const path = '/api/v1/pods'
const bound = { fieldSelector: 'spec.nodeName!=' }
/** A server that ends every watch at once must not be asked without a pause. */
const shortestWatch = 1000

/**
 * Lists and watches pods until the signal is aborted, and throws its reason. A watch that ends is taken up where it
 * ended; when the server knows nothing of that any more, the pods are listed again.
 */
export async function followPods(
  api: Pick<KubeApi, 'request' | 'watch'>,
  listener: PodListener,
  ctx: Pick<Context, 'now' | 'sleep' | 'output'> & { signal: AbortSignal },
): Promise<never> {
  const outage = followOutage('Watching pods', ctx)
  let seen: string | undefined
  const onEvent = (event: WatchEvent) => {
    seen = event.type === 'ERROR' ? undefined : event.object.metadata.resourceVersion
    tell(listener, event)
  }
  for (;;) {
    const started = ctx.now()
    try {
      seen ??= await listPods(api, listener, ctx.signal)
      const query = { ...bound, watch: true, allowWatchBookmarks: true, resourceVersion: seen }
      await api.watch(path, { query, signal: ctx.signal, onEvent, onOpen: outage.over })
      if (ctx.now() - started < shortestWatch) await ctx.sleep(shortestWatch, ctx.signal)
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      // Without an answer nothing is known to be lost: only the server can say that it has forgotten.
      if (error.status !== 0) seen = undefined
      await ctx.sleep(outage.failed(error), ctx.signal)
    }
  }
}

async function listPods(
  api: Pick<KubeApi, 'request'>,
  listener: PodListener,
  signal: AbortSignal,
): Promise<string> {
  const list = await api.request<{ metadata: { resourceVersion: string }; items: Pod[] }>('GET', path, {
    query: bound,
    signal,
  })
  listener.all(list.items)
  return list.metadata.resourceVersion
}

function tell(listener: PodListener, { type, object }: WatchEvent): void {
  const pod = object as unknown as Pod
  if (type === 'DELETED') listener.gone(pod)
  else if (type === 'ADDED' || type === 'MODIFIED') listener.changed(pod)
}
