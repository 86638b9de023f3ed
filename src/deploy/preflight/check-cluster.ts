import { LoError } from '../../errors.js'
import { ApiError } from '../../kube/api.js'
import type { KubeObject } from '../../kube/object.js'
import { getOptional } from '../apply/look-up.js'
import type { Connection } from '../connection.js'

/** Throws `CLUSTER_WRONG` when the cluster is marked as that of another domain. Answers with what could be learned. */
export async function checkCluster(
  { api }: Pick<Connection, 'api'>,
  domain: string,
  signal: AbortSignal,
): Promise<{ isMarked: boolean }> {
  const mark = await reach(api, () =>
    getOptional(() =>
      api.request<KubeObject & { data?: Record<string, string> }>(
        'GET',
        '/api/v1/namespaces/kube-system/configmaps/lok8s-cluster',
        { signal, timeout: 10_000 },
      ),
    ),
  )
  const owner = mark?.data?.domain
  if (owner === undefined || owner === domain) return { isMarked: owner !== undefined }
  throw new LoError('CLUSTER_WRONG', `${api.server} is the cluster of ${owner}, not of ${domain}.`, {
    detail: `context ${api.context}; the mark is the ConfigMap kube-system/lok8s-cluster`,
    hint: `Name the kubeconfig of ${domain} with --kubeconfig. Nothing has been changed.`,
  })
}

/** Whoever may not read the mark may still deploy. */
async function reach<Value>(api: Connection['api'], ask: () => Promise<Value>): Promise<Value | undefined> {
  try {
    return await ask()
  } catch (error) {
    if (!(error instanceof ApiError) || error.status === 403) {
      if (error instanceof ApiError) return undefined
      throw error
    }
    const isRefused = error.status === 401
    throw new LoError(
      isRefused ? 'CLUSTER_REFUSED' : 'CLUSTER_UNREACHABLE',
      isRefused
        ? `${api.server} does not accept the credentials of the kubeconfig.`
        : `${api.server} cannot be reached.`,
      {
        detail: error.message,
        hint: isRefused
          ? 'Log in again, or run `lo provision` to have the kubeconfig written anew.'
          : 'Check that the cluster runs: `lo status` tells. Nothing has been applied.',
        cause: error,
      },
    )
  }
}
