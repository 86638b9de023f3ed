import type { Context } from '../context.js'
import { LoError, messageOf } from '../errors.js'

export interface PlatformRequest {
  method: 'POST' | 'DELETE'
  url: string
  /** Sent as JSON. */
  body?: unknown
  token?: string
  /** Milliseconds for all of it, redirects included. */
  limit?: number
}

export interface PlatformAnswer {
  status: number
  text: string
}

const defaultLimit = 15_000
const mostRedirects = 5
const mostBytes = 64 * 1024

/** Asks the platform, and answers with what it says. Throws `KUBEHZ_FAILED` when it says nothing in time. */
export async function sendToPlatform(
  { limit = defaultLimit, ...request }: PlatformRequest,
  ctx: Pick<Context, 'fetch' | 'signal'>,
): Promise<PlatformAnswer> {
  const tooLate = AbortSignal.timeout(limit)
  try {
    return await follow(request, ctx.fetch, AbortSignal.any([ctx.signal, tooLate]))
  } catch (cause) {
    ctx.signal.throwIfAborted()
    if (cause instanceof LoError) throw cause
    const reason = tooLate.aborted ? `no answer in ${limit / 1000} seconds` : reasonOf(cause)
    throw new LoError('KUBEHZ_FAILED', `${new URL(request.url).origin} cannot be reached: ${reason}.`, {
      cause,
    })
  }
}

/** By hand: a redirect must not lead to where everybody reads along, and must not carry the token to others. */
async function follow(
  { method, url: first, body, token }: PlatformRequest,
  fetch: Context['fetch'],
  signal: AbortSignal,
): Promise<PlatformAnswer> {
  let url = new URL(first)
  for (let redirects = 0; redirects <= mostRedirects; redirects++) {
    const isHome = url.origin === new URL(first).origin
    const response = await fetch(url.href, {
      method,
      headers: {
        accept: 'application/json',
        'user-agent': 'lok8s',
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...(token !== undefined && isHome && { authorization: `Bearer ${token}` }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      redirect: 'manual',
      signal,
    })
    const location = isRedirect(response.status) ? response.headers.get('location') : null
    if (location === null) return { status: response.status, text: await readSome(response) }
    await response.body?.cancel()
    url = nextUrl(location, url)
  }
  throw new LoError('KUBEHZ_FAILED', `${new URL(first).origin} redirects more than ${mostRedirects} times.`)
}

/** Those that mean "the same request, elsewhere"; curl, too, repeats a POST that was asked for by name. */
const isRedirect = (status: number) => [301, 302, 307, 308].includes(status)

function nextUrl(location: string, from: URL): URL {
  const next = URL.canParse(location, from.href) ? new URL(location, from) : undefined
  if (next?.protocol === 'https:' || (next && isLoopback(next) && isLoopback(from))) return next
  throw new LoError(
    'KUBEHZ_FAILED',
    `${from.origin} redirects to ${next ? `${next.origin}, which is not https` : 'nowhere'}.`,
  )
}

const isLoopback = ({ protocol, hostname }: URL) =>
  protocol === 'http:' && ['127.0.0.1', 'localhost', '[::1]'].includes(hostname)

async function readSome(response: Response): Promise<string> {
  const parts: Uint8Array[] = []
  let size = 0
  for await (const part of response.body ?? []) {
    size += part.length
    if (size > mostBytes) {
      throw new LoError('KUBEHZ_FAILED', `${new URL(response.url).origin} answers with far too much.`)
    }
    parts.push(part)
  }
  return Buffer.concat(parts).toString()
}

/** `fetch` hides the reason in the cause. */
function reasonOf(error: unknown): string {
  const { cause } = error as { cause?: unknown }
  return messageOf(cause ?? error).replace(/\.$/, '')
}
