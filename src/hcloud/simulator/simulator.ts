import type { Context } from '../../context.js'
import { actionsIn } from './actions.js'
import { fillBucket } from './bucket.js'
import { epoch } from './clock.js'
import { type CallFault, collectFaults, type Faults } from './faults.js'
import { isLetIn, neighbourAt, serverAt, uploadedKeys } from './paths.js'
import { Refusal } from './refusal.js'
import { answer, brokenAnswer } from './reply.js'
import { isKnownPath, type Matched, matchRoute } from './router.js'
import { everything } from './routes/index.js'
import { emptyState, type ServerItem, type State } from './state.js'
import { type Clock, type Settings, usualDelays, type World } from './world.js'

/** The token that a simulator takes when nothing else is set. It is no secret: it opens nothing. */
export const simulatedToken = 'simulated'.padEnd(64, '0')

export interface Call {
  /** Such as `POST /servers/{id}/actions/poweron`. */
  route: string
  path: string
  body: unknown
  /** What it was answered with; 0 when it was not. */
  status: number
  at: number
}

/** A Hetzner Cloud project that exists in memory only, and behaves as the API does. */
export interface Simulator extends Faults {
  /** As `fetch`, for the API's own address; every other one is refused. */
  fetch: typeof fetch
  /** Can be changed at any time. */
  settings: Settings
  /** Every call so far, in order. */
  calls: readonly Call[]
  /** Everything in the project, as the API would show it; it is no call and takes no time. */
  everything: () => Record<string, Record<string, unknown>[]>
  /** What a server was made with. */
  server: (name: string) => ServerItem | undefined
  /** The server that a public address leads to. */
  serverAt: (address: string) => ServerItem | undefined
  /** What a private address leads to from a server. */
  neighbourAt: (from: ServerItem, address: string) => ServerItem | 'load balancer' | undefined
  /** Whether the firewalls of a server let somebody from the outside in. */
  isLetIn: (server: ServerItem, port: number, from: string) => boolean
  /** The keys of the project that a server was made with. */
  uploadedKeys: (server: ServerItem) => string[]
}

export interface SimulatorOptions {
  /** Calls an hour. */
  rateLimit?: number
  settings?: Partial<Settings>
}

interface Received {
  method: string
  headers: Headers
  text: string
  signal: AbortSignal | undefined
}

export function createSimulator(
  clock: Clock & Pick<Context, 'signal'>,
  { rateLimit = 3600, settings: changes = {} }: SimulatorOptions = {},
): Simulator {
  const state = emptyState()
  const settings: Settings = {
    tokens: { [simulatedToken]: 'read-write' },
    delays: usualDelays,
    limits: { servers: 1000, primary_ips: 2000, load_balancers: 100 },
    soldOut: new Set(),
    isListening: () => true,
    // Set aside for tests of networks by RFC 2544, so they belong to nobody.
    publicRange: '198.18.0.0/15',
    hidesTotals: false,
    isFromTheFuture: false,
    onServer: () => {},
    ...changes,
  }
  const faults = collectFaults()
  const calls: Call[] = []
  const bucket = fillBucket(rateLimit, now => new Date(epoch + now))
  const newId = counter()
  const { act, settle } = actionsIn(state, settings, clock.now, newId, faults.actionFault)
  const world: World = { state, settings, now: clock.now, newId, act }

  async function receive(url: URL, { method, headers, text, signal }: Received): Promise<Response> {
    await clock.sleep(settings.delays.call, signal)
    settle()
    const matched = matchRoute(method, url.pathname)
    const route = matched?.name ?? `${method} ${url.pathname}`
    const call: Call = {
      route,
      path: url.pathname + url.search,
      body: parse(text),
      status: 0,
      at: clock.now(),
    }
    calls.push(call)
    const fault = faults.callFault(route)
    failBefore(fault)
    const isWithin = bucket.take(clock.now())
    const serve = () => {
      if (!isWithin) throw new Refusal(429, 'rate_limit_exceeded', 'limit of requests per hour reached')
      checkAccess(url, method, headers)
      return handle(url, method, text, matched, fault)
    }
    const given = {
      ...bucket.headers(clock.now()),
      'X-Correlation-Id': `simulated-${calls.length}`,
    }
    const answered = answer(serve, given, settings)
    await failAfter(fault, signal)
    const response = brokenAnswer(fault, given) ?? answered
    call.status = response.status
    return response
  }

  function checkAccess(url: URL, method: string, headers: Headers): void {
    if (!isKnownPath(url.pathname)) throw new Refusal(404, 'not_found', 'api route not found')
    checkToken(headers.get('authorization'), method, settings)
  }

  function handle(
    url: URL,
    method: string,
    text: string,
    matched: Matched | undefined,
    fault: CallFault | undefined,
  ) {
    if (fault?.how === 'refuse') {
      throw new Refusal(fault.status, fault.code, fault.message ?? `simulated ${fault.code}`, fault.details)
    }
    if (!matched) throw new Refusal(405, 'method_not_allowed', `${method} is not allowed here`)
    return matched.route({ id: matched.id, query: url.searchParams, body: readBody(text) }, world)
  }

  async function failAfter(fault: CallFault | undefined, signal: AbortSignal | undefined): Promise<void> {
    if (fault?.how === 'answer late') await clock.sleep(fault.milliseconds, signal)
    if (fault?.how === 'stop after') throw fault.error
    if (fault?.how === 'hang up') throw lostConnection('UND_ERR_SOCKET')
  }

  return {
    fetch: async (input, init = {}) => {
      const url = new URL(input instanceof Request ? input.url : input)
      if (url.host !== 'api.hetzner.cloud') throw lostConnection('ENOTFOUND')
      const { method = 'GET', headers, body, signal } = init
      if (body && typeof body !== 'string') throw new TypeError('only text can be sent to a simulation')
      return receive(url, {
        method,
        headers: new Headers(headers),
        text: body ?? '',
        signal: signal ?? undefined,
      })
    },
    settings,
    calls,
    everything: () => {
      settle()
      return everything(world)
    },
    server: name => byName(state, name),
    serverAt: address => serverAt(state, address),
    neighbourAt: (from, address) => neighbourAt(state, from, address),
    isLetIn: (server, port, from) => isLetIn(state, server, port, from),
    uploadedKeys: server => uploadedKeys(state, server),
    onCall: faults.onCall,
    onAction: faults.onAction,
  }
}

function byName({ servers, leaving }: State, name: string): ServerItem | undefined {
  return [...servers.values(), ...leaving.values()].find(server => server.name === name)
}

function counter(): () => number {
  let last = 1000
  return () => {
    last += 1
    return last
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function readBody(text: string): unknown {
  if (text === '') return undefined
  const body = parse(text)
  if (body === undefined) throw new Refusal(400, 'json_error', 'invalid JSON input')
  return body
}

function checkToken(header: string | null, method: string, { tokens }: Settings): void {
  const [, token] = /^Bearer (\S+)$/.exec(header ?? '') ?? []
  if (!token) throw new Refusal(401, 'unauthorized', 'token is required')
  const right = tokens[token]
  if (!right) throw new Refusal(401, 'unauthorized', 'the token you have provided is invalid')
  if (right === 'read-only' && method !== 'GET') {
    throw new Refusal(403, 'token_readonly', 'the token is only allowed to perform GET requests')
  }
}

function failBefore(fault: CallFault | undefined): void {
  if (fault?.how === 'stop before') throw fault.error
  if (fault?.how === 'not get through') throw lostConnection(fault.code)
}

/** As `fetch` itself fails. */
function lostConnection(code: string): TypeError {
  return new TypeError('fetch failed', { cause: Object.assign(new Error(code), { code }) })
}
