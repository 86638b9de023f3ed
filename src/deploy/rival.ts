import { LoError } from '../errors.js'
import { ApiError, type KubeApi } from '../kube/api.js'
import type { DeployRequest, PlannedTarget } from './deploy.js'
import { readRecord, writeRecord } from './record.js'

/**
 * Whether somebody else has begun to deploy other content of this target meanwhile: then objects of both may be there
 * now, and the record must not say that all is well. There is no lock, which a killed deploy would leave behind; of two
 * that overlap, the one that began first finds the other one's note in the place of its own.
 */
export async function findRival(
  { target, digest }: PlannedTarget,
  { domain, record }: Pick<DeployRequest, 'domain' | 'record'>,
  api: KubeApi,
): Promise<LoError | undefined> {
  if (record?.[target]?.digest !== digest) return undefined
  try {
    const now = await readRecord(api, domain)
    const other = now[target]
    if (!other || other.digest === digest) return undefined
    await writeRecord(api, domain, target, { ...other, state: 'failed' }, now)
    const message = `Another deploy of ${target} has begun meanwhile, with other content.`
    const hint = 'Run the one that is meant to stay again: what is there now may be of both.'
    return new LoError('APPLY_FAILED', message, { hint })
  } catch (error) {
    // The record is a help: without it nobody knows of a rival.
    if (error instanceof ApiError) return undefined
    throw error
  }
}
