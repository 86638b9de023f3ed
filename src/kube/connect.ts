import http, { type IncomingMessage } from 'node:http'
import https from 'node:https'
import { messageOf, systemCode } from '../errors.js'
import { ApiError, type KubeApi, type Method, type RequestOptions, type WatchEvent } from './api.js'
import { type Credential, openCredentials } from './credentials.js'

/** How many requests may be under way at the same time; watches come on top. */
const mostSockets = 16
const defaultTimeout = 30_000
/** A watch hears at least a bookmark each minute: silence for longer means that the connection is dead. */
const longestSilence = 150_000

/**
 * The API server that a kubeconfig leads to: that of the context named, else of its current one. Nothing is sent yet.
 * Never looks at another file, at `KUBECONFIG` or at the pod it may run in. Throws `CLUSTER_UNKNOWN`.
 */
export async function connect(
  file: string,
  { context, now }: { context?: string; now: () => number },
): Promise<KubeApi> {
  const credentials = openCredentials(file, context)
  const { server } = credentials
  const agents = new Map<string, http.Agent>()

  // How far the clock of the server is ahead of `now`, going by its last answer.
  let ahead = 0
  const sendNow = async (credential: Credential, ...request: Request) => {
    const response = await send(credential, agents, server, ...request)
    const date = Date.parse(response.headers.date ?? '')
    if (!Number.isNaN(date)) ahead = date - now()
    return response
  }
  const open = async (...request: Request) => {
    const credential = await credentials.get()
    const response = await sendNow(credential, ...request)
    if (response.statusCode !== 401) return response
    // A token or a certificate may have expired: the file, or the program that it names, has a newer one.
    response.resume()
    credentials.renew(credential)
    return sendNow(await credentials.get(), ...request)
  }

  return {
    server: server.href.replace(/\/$/, ''),
    context: credentials.context,
    request: async <Answer>(method: Method, path: string, options: RequestOptions = {}) =>
      parseAnswer(await readAnswer(await open(method, path, options), options)) as Answer,
    text: async (path, options = {}) => readAnswer(await open('GET', path, options), options),
    watch: async (path, { onEvent, onOpen, ...options }) => {
      const response = await open('GET', path, options, true)
      if (response.statusCode !== 200) await readAnswer(response, options)
      onOpen?.()
      await readEvents(response, onEvent, options.signal)
    },
    clock: () => new Date(now() + ahead),
    close: () => closeAll(agents),
  }
}

type Request = [method: Method, path: string, options: RequestOptions, isWatch?: boolean]

async function send(
  { options, generation, isProxied }: Credential,
  agents: Map<string, http.Agent>,
  server: URL,
  ...[method, path, wanted, isWatch = false]: Request
): Promise<IncomingMessage> {
  const { query = {}, body, contentType = 'application/json', accept = 'application/json', signal } = wanted
  const timeout = wanted.timeout ?? (isWatch ? longestSilence : defaultTimeout)
  signal?.throwIfAborted()
  const url = new URL(`${server.pathname.replace(/\/$/, '')}${path}`, server)
  for (const [key, value] of Object.entries(query)) {
    if (value !== undefined) url.searchParams.set(key, String(value))
  }
  const payload = body === undefined || typeof body === 'string' ? body : JSON.stringify(body)
  const { request, Agent } = server.protocol === 'http:' ? http : https
  const agent = remember(agents, `${isWatch ? 'watch' : 'request'} ${generation}`, () =>
    isProxied
      ? (options.agent as http.Agent)
      : new Agent({ keepAlive: true, ...(!isWatch && { maxSockets: mostSockets }) }),
  )
  return new Promise((resolve, reject) => {
    const call = request(
      url,
      {
        ...options,
        agent,
        method,
        headers: {
          ...options.headers,
          accept,
          'user-agent': 'lok8s',
          ...(payload !== undefined && {
            'content-type': contentType,
            'content-length': Buffer.byteLength(payload),
          }),
        },
        ...(signal && { signal }),
      },
      response => {
        // From here on it is the response that tells how it ended.
        call.on('timeout', () => response.destroy(new Error(lateAnswer)))
        resolve(response)
      },
    )
    call.setTimeout(timeout, () => call.destroy(new Error(lateAnswer)))
    call.on('error', cause => reject(signal?.aborted ? signal.reason : asApiError(cause, url)))
    call.end(payload)
  })
}

const lateAnswer = 'the API server has not answered in time'

function remember<Value>(map: Map<string, Value>, key: string, make: () => Value): Value {
  const value = map.get(key) ?? make()
  map.set(key, value)
  return value
}

function closeAll(agents: Map<string, http.Agent>): void {
  for (const agent of agents.values()) agent.destroy()
  agents.clear()
}

async function readAnswer(response: IncomingMessage, { signal }: RequestOptions): Promise<string> {
  let text: string
  try {
    text = await readAll(response)
  } catch (cause) {
    signal?.throwIfAborted()
    throw asApiError(cause)
  }
  if (isSuccess(response)) return text
  throw toApiError(response, text)
}

/** Something on the way that is no API server may say yes too. */
function parseAnswer(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new ApiError('what answers is no API server', { status: 0, cause })
  }
}

async function readAll(response: IncomingMessage): Promise<string> {
  const parts: Buffer[] = []
  for await (const part of response) parts.push(part as Buffer)
  return Buffer.concat(parts).toString()
}

const isSuccess = ({ statusCode = 0 }: IncomingMessage) => statusCode >= 200 && statusCode < 300

async function readEvents(
  response: IncomingMessage,
  onEvent: (event: WatchEvent) => void,
  signal: AbortSignal | undefined,
): Promise<void> {
  let mistake: { error: unknown } | undefined
  const take = (line: string) => {
    if (line.trim() === '') return
    const event = parseEvent(line)
    try {
      onEvent(event)
    } catch (error) {
      mistake = { error }
      throw error
    }
  }
  try {
    let begun = ''
    for await (const part of response.setEncoding('utf8')) {
      const lines = `${begun}${part}`.split('\n')
      begun = lines.pop()!
      lines.forEach(take)
    }
    take(begun)
  } catch (cause) {
    // What goes wrong in the listener is no failure of the API.
    if (mistake) throw mistake.error
    signal?.throwIfAborted()
    throw asApiError(cause)
  } finally {
    response.destroy()
  }
  signal?.throwIfAborted()
}

/** A line may be cut off with its connection, or come from something on the way that is no API server. */
function parseEvent(line: string): WatchEvent {
  const value: unknown = JSON.parse(line)
  const { type, object } = (value ?? {}) as Partial<WatchEvent>
  if (typeof type === 'string' && typeof object === 'object' && object !== null) return value as WatchEvent
  throw new ApiError('the watch answers with something that is no event', { status: 0 })
}

interface Status {
  message?: string
  reason?: string
  details?: { causes?: { reason?: string; field?: string; message?: string }[] }
}

function toApiError({ statusCode = 0 }: IncomingMessage, text: string): ApiError {
  const { message, reason = '', details } = parseStatus(text)
  return new ApiError(message ?? (firstLine(text) || `the API server answers ${statusCode}`), {
    status: statusCode,
    reason,
    causes: details?.causes ?? [],
  })
}

/** A proxy on the way may answer with anything. */
function parseStatus(text: string): Status {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? value : {}
  } catch {
    return {}
  }
}

function asApiError(cause: unknown, url?: URL): ApiError {
  if (cause instanceof ApiError) return cause
  const code = systemCode(cause) ?? ''
  const where = url ? ` (${url.host})` : ''
  return new ApiError(`${explainedCodes[code] ?? (firstLine(messageOf(cause)) || code)}${where}`, {
    status: 0,
    cause,
  })
}

const explainedCodes: Record<string, string> = {
  ECONNREFUSED: 'the connection is refused',
  ECONNRESET: 'the connection was cut',
  EHOSTUNREACH: 'there is no way to this host',
  ENETUNREACH: 'there is no way to this network',
  ENOTFOUND: 'there is no host of this name',
  EAI_AGAIN: 'the name cannot be resolved now',
  ETIMEDOUT: 'nobody answers',
  CERT_HAS_EXPIRED: "the server's certificate has expired",
  DEPTH_ZERO_SELF_SIGNED_CERT: "the server's certificate is not the one of this kubeconfig",
  SELF_SIGNED_CERT_IN_CHAIN: "the server's certificate is not the one of this kubeconfig",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "the server's certificate is not the one of this kubeconfig",
  CERT_SIGNATURE_FAILURE: "the server's certificate is not the one of this kubeconfig",
  ERR_TLS_CERT_ALTNAME_INVALID: "the server's certificate is for another address",
}

const firstLine = (text: string) => text.trim().split('\n', 1)[0]!.replace(/\.$/, '')
