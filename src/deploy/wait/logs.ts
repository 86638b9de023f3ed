import { ApiError, type KubeApi } from '../../kube/api.js'
import type { Cause } from '../why/cause.js'

/** A cause, and the last lines that the container has written, where a log tells more. */
export type ExplainedCause = Cause & { log?: string[] }

/** Nobody reads more logs than these at once. */
const mostLogs = 5
const mostLines = 10

/** Adds the end of logs to the first causes that have one. What has no log stays as it is. */
export async function addLogs(
  causes: readonly Cause[],
  api: KubeApi,
  redact: (text: string) => string,
  signal?: AbortSignal,
): Promise<ExplainedCause[]> {
  const chosen = new Set(causes.filter(cause => cause.logOf).slice(0, mostLogs))
  return Promise.all(
    causes.map(async cause => {
      if (!chosen.has(cause)) return cause
      const log = await readLog(cause, api, signal)
      return log.length === 0 ? cause : { ...cause, log: log.map(redact) }
    }),
  )
}

async function readLog({ logOf }: Cause, api: KubeApi, signal: AbortSignal | undefined): Promise<string[]> {
  const { namespace, pod, container, previous } = logOf!
  const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(pod)}/log`
  const query = { container, previous, tailLines: mostLines, limitBytes: 16_384 }
  try {
    const text = await api.text(path, { query, timeout: 5000, accept: '*/*', ...(signal && { signal }) })
    return text.split(/\r?\n/).filter(line => line.trim() !== '')
  } catch (error) {
    // A log is a help, never a reason to fail: the pod may be gone, or its node.
    if (error instanceof ApiError) return []
    throw error
  }
}
