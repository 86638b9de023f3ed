import type { Context } from '../context.js'
import { LoError } from '../errors.js'
import type { Opened } from './open.js'

/** Does a part of the work on a cluster. When it fails the error says what there is now, and how to go on. */
export async function withAftermath<Value>(
  { cluster: { domain }, driver }: Pick<Opened, 'cluster' | 'driver'>,
  goOn: string,
  { signal }: Pick<Context, 'signal'>,
  work: () => Promise<Value>,
): Promise<Value> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof LoError)) throw error
    if (signal.aborted) throw extend(error, [], goOn)
    // What there is belongs to somebody else: to go on, or to remove it, would be wrong.
    if (error.code === 'CLUSTER_WRONG') throw error
    const there = await driver.inventory().catch(() => undefined)
    if (there?.length === 0) throw extend(error, ['', `There is nothing of the cluster of ${domain}.`], '')
    const lines = there ?? ['That cannot be told: its driver does not answer.']
    throw extend(
      error,
      ['', `There is of the cluster of ${domain}:`, ...lines.map(line => `  ${line}`)],
      goOn,
    )
  }
}

function extend(
  { code, message, detail, hint, problems, cause }: LoError,
  more: string[],
  goOn: string,
): LoError {
  const evidence = [...(detail ? [detail.trimEnd()] : []), ...more].join('\n').replace(/^\n+/, '')
  const next = [hint, goOn].filter(Boolean).join(' ')
  return new LoError(code, message, {
    ...(evidence && { detail: evidence }),
    ...(next && { hint: next }),
    problems: [...problems],
    cause,
  })
}
