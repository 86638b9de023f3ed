import type { Context } from '../context.js'
import { LoError } from '../errors.js'
import { type PlatformAnswer, sendToPlatform } from './send.js'
import type { Registration } from './settings.js'

export interface Registered {
  domain: string
  /** As the platform knows the cluster. */
  id: string
  fingerprint: string
}

/**
 * Tells the platform that there is a cluster, which stays pending until its owner claims it with the fingerprint. No
 * token is sent. Throws `KUBEHZ_FAILED`.
 */
export async function registerCluster(
  { domain, apiUrl }: Registration,
  fingerprint: string,
  ctx: Pick<Context, 'fetch' | 'signal'>,
): Promise<Registered> {
  const url = `${apiUrl}/api/clusters/register`
  const answer = await sendToPlatform({ method: 'POST', url, body: { domain, fingerprint } }, ctx)
  const id = isSuccess(answer) ? idIn(answer.text) : undefined
  if (id !== undefined) return { domain, id, fingerprint }
  const problem = isSuccess(answer) ? 'answered without an id' : `answered ${answer.status}`
  throw new LoError(
    'KUBEHZ_FAILED',
    `${domain} could not be registered: ${apiUrl} ${problem}.`,
    evidence(answer),
  )
}

/** Takes a cluster off the platform; one that it does not know is off it already. Throws `KUBEHZ_FAILED`. */
export async function deregisterCluster(
  { domain, apiUrl }: Registration,
  ctx: Pick<Context, 'env' | 'fetch' | 'signal'>,
): Promise<void> {
  const token = ctx.env.KUBEHZ_TOKEN
  if (!token) {
    throw new LoError(
      'KUBEHZ_FAILED',
      `${domain} stays registered with ${apiUrl}: KUBEHZ_TOKEN is not set.`,
      {
        hint: 'Set it to a token of the platform, or remove the cluster in its dashboard.',
      },
    )
  }
  const url = `${apiUrl}/api/clusters?domain=${encodeURIComponent(domain)}`
  const answer = await sendToPlatform({ method: 'DELETE', url, token }, ctx)
  if (isSuccess(answer) || answer.status === 404) return
  throw new LoError(
    'KUBEHZ_FAILED',
    `${domain} stays registered: ${apiUrl} answered ${answer.status}.`,
    evidence(answer),
  )
}

const isSuccess = ({ status }: PlatformAnswer) => status >= 200 && status < 300

function idIn(text: string): string | undefined {
  try {
    const { id } = JSON.parse(text) as { id?: unknown }
    return typeof id === 'string' || typeof id === 'number' ? String(id) || undefined : undefined
  } catch {
    return undefined
  }
}

const shownCharacters = 300

function evidence({ text }: PlatformAnswer): { detail?: string } {
  const shown = text.replace(/[^\x20-\x7e\n]/g, '').trim()
  return shown === '' ? {} : { detail: shown.slice(0, shownCharacters) }
}
