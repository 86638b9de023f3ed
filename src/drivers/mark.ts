import type { Context } from '../context.js'
import { LoError } from '../errors.js'
import { ApiError, type KubeApi } from '../kube/api.js'
import type { KubeObject } from '../kube/object.js'
import type { DriverCluster } from './driver.js'

const longestMark = 30_000
const configMaps = '/api/v1/namespaces/kube-system/configmaps'

type World = Pick<Context, 'now' | 'sleep' | 'signal'>

/**
 * Leaves a mark by which a deploy can tell that a kubeconfig leads to the cluster it means. Throws `CLUSTER_WRONG` when
 * the cluster has that of another domain.
 */
export async function markCluster(api: KubeApi, { name, domain }: DriverCluster, ctx: World): Promise<void> {
  const owner = await untilItAnswers(domain, ctx, () => readOwner(api, ctx))
  if (owner !== undefined && owner !== domain) {
    throw new LoError('CLUSTER_WRONG', `${api.server} is the cluster of ${owner}, not of ${domain}.`, {
      detail: 'The mark is the ConfigMap kube-system/lok8s-cluster.',
      hint: 'Each domain needs a cluster of its own: look at what its driver makes. Nothing was applied to this one.',
    })
  }
  await untilItAnswers(domain, ctx, () =>
    api.request('PATCH', `${configMaps}/lok8s-cluster`, {
      query: { fieldManager: 'lok8s', force: true },
      contentType: 'application/apply-patch+yaml',
      body: {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'lok8s-cluster', namespace: 'kube-system' },
        data: { domain, name },
      },
      signal: ctx.signal,
    }),
  )
}

async function readOwner(api: KubeApi, { signal }: World): Promise<string | undefined> {
  try {
    const mark = await api.request<KubeObject & { data?: Record<string, string> }>(
      'GET',
      `${configMaps}/lok8s-cluster`,
      { signal },
    )
    return mark.data?.domain
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return undefined
    throw error
  }
}

/** A young API server may still be making its own namespaces. */
async function untilItAnswers<Value>(
  domain: string,
  { now, sleep }: World,
  ask: () => Promise<Value>,
): Promise<Value> {
  for (const end = now() + longestMark; ; await sleep(100)) {
    try {
      return await ask()
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      if (now() < end) continue
      throw new LoError('PROVISION_FAILED', `The cluster of ${domain} stands, but cannot be marked.`, {
        detail: error.message,
        cause: error,
      })
    }
  }
}
