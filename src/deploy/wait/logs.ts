import { ApiError, type KubeApi } from '../../kube/api.js'
import { listAll } from '../../kube/list.js'
import type { KubeObject } from '../../kube/object.js'
import { type Redact, redactValues } from '../artifact/redact.js'
import type { Cause } from '../why/cause.js'

/** A cause, and the last lines that the container has written, where a log tells more. */
export type ExplainedCause = Cause & { log?: string[] }

/** Nobody reads more logs than these at once. */
const mostLogs = 5
const mostLines = 10

/**
 * Adds the end of logs to the first causes that have one. What has no log stays as it is. Programs log what they were
 * given, and end with it as their last message, so the values of all Secrets beside them are taken out.
 */
export async function addLogs(
  causes: readonly Cause[],
  api: KubeApi,
  redact: Redact,
  signal?: AbortSignal,
): Promise<ExplainedCause[]> {
  const chosen = new Set(causes.filter(cause => cause.logOf).slice(0, mostLogs))
  const namespaces = new Set([...chosen].map(({ logOf }) => logOf!.namespace))
  const secrets = await Promise.all([...namespaces].map(namespace => listSecrets(namespace, api, signal)))
  const redactBeside = redactValues(secrets.flat())
  const redactAll: Redact = text => redactBeside(redact(text))
  return Promise.all(
    causes.map(async cause => {
      const { message, events } = cause
      const said = { ...cause, message: redactAll(message), events: events.map(redactAll) }
      const log = chosen.has(cause) ? await readLog(cause, api, signal) : []
      return log.length === 0 ? said : { ...said, log: log.map(redactAll) }
    }),
  )
}

/** Whoever may not read Secrets has put those in that the deploy knows. */
async function listSecrets(
  namespace: string,
  api: KubeApi,
  signal: AbortSignal | undefined,
): Promise<KubeObject[]> {
  const type = { apiVersion: 'v1', kind: 'Secret' }
  const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/secrets`
  // The releases of Helm are no values that a program gets, and a megabyte each.
  const query = { fieldSelector: 'type!=helm.sh/release.v1' }
  try {
    return (await listAll(api, path, type, { query, ...(signal && { signal }) })).items
  } catch (error) {
    if (error instanceof ApiError) return []
    throw error
  }
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
