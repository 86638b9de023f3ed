import { setImmediate as soon } from 'node:timers/promises'
import { inspect } from 'node:util'
import { expect, it } from 'vitest'
import { LoError } from '../../src/errors.js'
import { type Hcloud, openHcloud } from '../../src/hcloud/hcloud.js'
import { HcloudError } from '../../src/hcloud/hcloud-error.js'
import { virtualClock } from '../../src/hcloud/simulator/clock.js'

const token = 'T0ken'.padEnd(64, 'x')

type Reply = Response | Error | (() => Promise<Response>)

/** A client whose every answer is written down beforehand; one call more fails the test. */
function scripted(replies: Reply[], more: { endpoint?: string; mostCalls?: number } = {}) {
  const seen: { url: string; init: RequestInit }[] = []
  const { signal } = new AbortController()
  const clock = virtualClock(() => soon(), signal)
  const fetch = async (url: unknown, init: RequestInit = {}) => {
    seen.push({ url: String(url), init })
    const reply = replies.shift()
    if (reply === undefined) throw new Error(`an unexpected call: ${init.method} ${url}`)
    if (reply instanceof Error) throw reply
    return typeof reply === 'function' ? reply() : reply
  }
  const options = { token, chance: () => 0.5, ...more }
  const hcloud = openHcloud(options, { ...clock, signal, fetch: fetch as typeof globalThis.fetch })
  return { hcloud, seen, replies, now: clock.now }
}

const json = (status: number, body: unknown, headers: Record<string, string> = {}) =>
  new Response(JSON.stringify(body), { status, headers })
const refusal = (status: number, code: string, details?: unknown) =>
  json(status, { error: { code, message: `because of ${code}`, details } }, { 'X-Correlation-Id': 'abc-123' })
const noServers = () => json(200, { servers: [], meta: { pagination: { page: 1, next_page: null } } })
const reset = () =>
  new TypeError('fetch failed', { cause: Object.assign(new Error(), { code: 'ECONNRESET' }) })
const unknownHost = () =>
  new TypeError('fetch failed', { cause: Object.assign(new Error(), { code: 'ENOTFOUND' }) })

async function errorOf(work: Promise<unknown>): Promise<HcloudError> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  if (error instanceof HcloudError) return error
  throw new Error(`an HcloudError is expected, not ${error}`)
}

it('sends the token in the header alone, to the API alone, and follows nothing', async () => {
  const { hcloud, seen } = scripted([noServers()])
  await hcloud.servers.list({ selector: 'a=b' })
  const [{ url, init }] = seen as [(typeof seen)[number]]
  expect(url).toBe(
    'https://api.hetzner.cloud/v1/servers?label_selector=a%3Db&sort=id%3Aasc&page=1&per_page=50',
  )
  expect(init.headers).toMatchObject({ Authorization: `Bearer ${token}`, Accept: 'application/json' })
  expect(init.redirect).toBe('manual')
  expect(init.body).toBeUndefined()
})

it('says what failed, on what, why, and what to do next', async () => {
  const { hcloud } = scripted([
    refusal(403, 'resource_limit_exceeded', { limits: [{ name: 'server_limit' }] }),
  ])
  const error = await errorOf(hcloud.servers.powerOn({ id: 42, name: 'prod-cp-1' }))
  expect(error).toMatchObject({
    code: 'CLOUD_REFUSED',
    message:
      'Changing server prod-cp-1 (poweron) failed: because of resource_limit_exceeded (resource_limit_exceeded).',
    detail:
      'POST /servers/42/actions/poweron: HTTP 403 resource_limit_exceeded\nlimit: server_limit\nX-Correlation-Id: abc-123',
    hint: expect.stringContaining('limit'),
    verdict: 'stop',
  })
})

it('shows the fields that are wrong, and the announcement of what is gone', async () => {
  const invalid = { fields: [{ name: 'server_type', messages: ['is unknown'] }] }
  const { hcloud } = scripted([
    refusal(422, 'invalid_input', invalid),
    refusal(410, 'deprecated_api_endpoint', { announcement: 'https://docs.hetzner.cloud/changelog#x' }),
  ])
  expect((await errorOf(hcloud.servers.list())).detail).toContain('field server_type: is unknown')
  const gone = await errorOf(hcloud.servers.list())
  expect(gone.detail).toContain('announcement: https://docs.hetzner.cloud/changelog#x')
  expect(gone.hint).toContain('update')
})

it.each(['unauthorized', 'token_readonly', 'forbidden'])('never repeats a call after %s', async code => {
  const { hcloud, seen } = scripted([refusal(code === 'unauthorized' ? 401 : 403, code)])
  const error = await errorOf(hcloud.servers.list())
  expect(error).toMatchObject({
    code: 'TOKEN_REFUSED',
    exitCode: 2,
    hint: expect.stringContaining('HCLOUD_TOKEN'),
  })
  expect(seen).toHaveLength(1)
})

it('follows no redirect', async () => {
  const elsewhere = new Response(null, { status: 302, headers: { Location: 'https://evil.example.com/v1' } })
  const { hcloud, seen } = scripted([elsewhere])
  expect((await errorOf(hcloud.servers.list())).failure.code).toBe('redirected')
  expect(seen).toHaveLength(1)
})

it('shows the token nowhere, not even when it comes back', async () => {
  const echo = json(422, { error: { code: 'invalid_input', message: `Bearer ${token} is wrong` } })
  const { hcloud } = scripted([echo])
  const error = await errorOf(hcloud.servers.list())
  expect(inspect(error, { depth: null, showHidden: true })).not.toContain(token)
  expect(error.message).toContain('<token>')
})

it('shows nothing of what fetch itself says, which may hold what was sent', async () => {
  const leaking = () => new TypeError(`bad header Bearer ${token}`)
  const { hcloud } = scripted(Array.from({ length: 20 }, leaking))
  const error = await errorOf(hcloud.servers.list())
  expect(inspect(error, { depth: null, showHidden: true })).not.toContain(token)
})

const bad: [string, () => Response][] = [
  ['a page of HTML', () => new Response('<html>bad gateway</html>', { status: 502 })],
  ['an empty page', () => new Response('', { status: 200 })],
  ['text that is no JSON', () => new Response('{"servers": [', { status: 200 })],
  ['an error without a body', () => new Response(null, { status: 503 })],
]
it.each(bad)('reads again what was answered with %s', async (_what, reply) => {
  const { hcloud, seen } = scripted([reply(), reply(), noServers()])
  expect(await hcloud.servers.list()).toEqual([])
  expect(seen).toHaveLength(3)
})

it.each<[string, () => Reply]>([
  ['too many calls', () => refusal(429, 'rate_limit_exceeded')],
  ['an error of the server', () => refusal(500, 'server_error')],
  ['a timeout', () => refusal(504, 'timeout')],
  ['a broken connection', reset],
  ['an unknown host', unknownHost],
  ['a 404 of a proxy', () => new Response('<html>not here</html>', { status: 404 })],
])('never takes %s for an absent server', async (_what, reply) => {
  const { hcloud } = scripted(Array.from({ length: 50 }, reply))
  await expect(hcloud.servers.get(42)).rejects.toBeInstanceOf(HcloudError)
})

it("takes only the API's own word for an absent server", async () => {
  const { hcloud } = scripted([refusal(404, 'not_found'), refusal(404, 'not_found')])
  expect(await hcloud.servers.get(42)).toBeUndefined()
  expect(await hcloud.servers.remove({ id: 42, name: 'prod-cp-1' })).toEqual([])
})

it('gives up on a network that is not there, with what to look at', async () => {
  const { hcloud, now } = scripted(Array.from({ length: 50 }, unknownHost))
  const error = await errorOf(hcloud.servers.list())
  expect(error).toMatchObject({
    code: 'CLOUD_UNREACHABLE',
    hint: expect.stringContaining('api.hetzner.cloud'),
  })
  expect(error.detail).toMatch(/attempts: \d/)
  expect(now()).toBeLessThanOrEqual(60_000)
})

it('waits 30 seconds for an answer, and then asks again', async () => {
  const never = () => new Promise<Response>(() => {})
  const { hcloud, now } = scripted([never, noServers()])
  expect(await hcloud.servers.list()).toEqual([])
  expect(now()).toBe(31_000)
})

it('makes no more calls than its budget has', async () => {
  const { hcloud, seen } = scripted([noServers(), noServers()], { mostCalls: 2 })
  await hcloud.servers.list()
  await hcloud.servers.list()
  expect((await errorOf(hcloud.servers.list())).failure.code).toBe('budget')
  expect(hcloud.budget).toEqual({ used: 2, most: 2 })
  expect(seen).toHaveLength(2)
})

const opened = (endpoint: string) => (): Hcloud => scripted([], { endpoint }).hcloud

it.each([
  'http://127.0.0.1:8080/v1',
  'http://localhost:1',
  'http://[::1]:1/v1',
  'https://api.hetzner.cloud/v1/',
])('takes %s as an endpoint', endpoint => {
  expect(opened(endpoint)).not.toThrow()
})

it.each([
  'http://api.hetzner.cloud/v1',
  'https://api.hetzner.cloud.evil.example.com/v1',
  'https://example.com/v1',
  'http://127.0.0.1.example.com/v1',
  'http://user:secret@127.0.0.1/v1',
  'file:///etc/passwd',
  'api.hetzner.cloud',
])('sends no token to %s', endpoint => {
  expect(opened(endpoint)).toThrow(LoError)
})

it.each([
  undefined,
  '',
  'two words',
  'line\nbreak',
  'carriage\rreturn',
  'umläut',
])('takes %j for no token, and does not show it', wrong => {
  const open = () =>
    openHcloud(
      { token: wrong },
      { now: () => 0, sleep: async () => {}, signal: new AbortController().signal, fetch },
    )
  expect(open).toThrow(LoError)
  if (wrong) expect(open).not.toThrow(wrong)
})
