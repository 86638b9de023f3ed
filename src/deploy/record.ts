import { createHash } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import { ApiError, type KubeApi } from '../kube/api.js'
import { fieldManager } from '../kube/kubectl.js'
import type { KubeObject } from '../kube/object.js'
import { getOptional } from './apply/look-up.js'

/** What the cluster knows of the last deploy of one target. */
export interface TargetRecord {
  /** Of the artifact, as `TargetArtifact.digest`. */
  digest: string
  /** The commit it was made from; with `+` when files were changed since. Absent outside of git. */
  commit?: string
  /** `applying` stays behind when a deploy was killed. */
  state: 'applying' | 'applied' | 'healthy' | 'unhealthy' | 'failed'
  /** As `Marks` writes them. They are no news by themselves. */
  marks?: string
}

/** By target. */
export type DeployRecord = Record<string, TargetRecord>

const folder = '/api/v1/namespaces/kube-system/configmaps'

/** A ConfigMap for each domain. Its name has to be one of DNS, which a domain's need not be. */
function nameFor(domain: string): string {
  const plain = domain
    .toLowerCase()
    .replace(/[^a-z0-9.-]/g, '-')
    .replace(/[.-]+$/, '')
  if (plain === domain && plain.length < 200) return `lok8s-deploy.${plain}`
  return `lok8s-deploy.${plain.slice(0, 200)}-${createHash('sha256').update(domain).digest('hex').slice(0, 8)}`
}

/** What was deployed to this cluster for a domain; empty when nothing was, or when it may not be seen. */
export async function readRecord(api: KubeApi, domain: string, signal?: AbortSignal): Promise<DeployRecord> {
  try {
    const found = await getOptional(() =>
      api.request<KubeObject & { data?: Record<string, string> }>(
        'GET',
        `${folder}/${nameFor(domain)}`,
        signal && { signal },
      ),
    )
    return parseRecord(found?.data ?? {})
  } catch (error) {
    if (error instanceof ApiError && error.status === 403) return {}
    throw error
  }
}

function parseRecord(texts: Record<string, string>): DeployRecord {
  return Object.fromEntries(
    Object.entries(texts).flatMap(([target, text]) => {
      try {
        return [[target, JSON.parse(text) as TargetRecord]]
      } catch {
        return []
      }
    }),
  )
}

/**
 * Notes what becomes of one target. Writes only what is news, so that a deploy which changes nothing writes nothing:
 * marks alone are none, unless objects have been changed.
 */
export async function writeRecord(
  api: KubeApi,
  domain: string,
  target: string,
  fresh: TargetRecord,
  known: DeployRecord,
  hasChanged = false,
): Promise<void> {
  const isKnown = isDeepStrictEqual(withoutMarks(known[target]), withoutMarks(fresh))
  if (isKnown && !(hasChanged && known[target]?.marks !== fresh.marks)) return
  const patch = { data: { [target]: JSON.stringify(fresh) } }
  const name = nameFor(domain)
  const query = { fieldManager }
  const written = await getOptional(() =>
    api.request('PATCH', `${folder}/${name}`, {
      query,
      body: patch,
      contentType: 'application/merge-patch+json',
    }),
  )
  if (!written) {
    const metadata = { name, labels: { 'app.kubernetes.io/managed-by': 'lok8s' } }
    await api.request('POST', folder, {
      query,
      body: { apiVersion: 'v1', kind: 'ConfigMap', metadata, ...patch },
    })
  }
  known[target] = fresh
}

/** What people and programs are told of a record. */
export function withoutMarks(record: TargetRecord | undefined): TargetRecord | undefined {
  if (!record) return undefined
  const { marks: _marks, ...told } = record
  return told
}
