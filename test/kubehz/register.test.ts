import { expect, it } from 'vitest'
import { deregisterCluster, registerCluster } from '../../src/kubehz/register.js'
import { sendToPlatform } from '../../src/kubehz/send.js'
import { planRegistration } from '../../src/kubehz/settings.js'
import { realContext } from '../helpers/context.js'
import { type Expected, fakePlatform } from '../helpers/kubehz.js'

const domain = 'example.com'
const fingerprint = 'MD5:00:11'
const registering = { method: 'POST', url: '/api/clusters/register', body: { domain, fingerprint } }
const removing = { method: 'DELETE', url: '/api/clusters?domain=example.com' }

async function prepare(expected: Expected[], env: Record<string, string> = {}) {
  const { ctx } = await realContext({ cwd: '/', env })
  const apiUrl = await fakePlatform(expected)
  return { ctx, apiUrl, registration: { domain, access: 'registered' as const, apiUrl } }
}

it.each(['abc', 7])('sends domain and fingerprint, and never a token; the answer has the id %j', async id => {
  const { registration, ctx } = await prepare([{ ...registering, answer: { status: 201, body: { id } } }], {
    KUBEHZ_TOKEN: 'secret-token',
    HCLOUD_TOKEN: 'secret-token',
  })
  expect(await registerCluster(registration, fingerprint, ctx)).toEqual({
    domain,
    fingerprint,
    id: String(id),
  })
})

it.each([
  [{ status: 200, body: {} }, 'answered without an id', '{}'],
  [{ status: 200, body: '<html>' }, 'answered without an id', '<html>'],
  [{ status: 200 }, 'answered without an id', undefined],
  [{ status: 409, body: { error: 'taken\u001b[31m' } }, 'answered 409', '{"error":"taken\\u001b[31m"}'],
  [{ status: 303, headers: { location: '/elsewhere' } }, 'answered 303', undefined],
])('fails with what the platform says: %j', async (answer, problem, detail) => {
  const { registration, ctx } = await prepare([{ ...registering, answer }])
  await expect(registerCluster(registration, fingerprint, ctx)).rejects.toMatchObject({
    code: 'KUBEHZ_FAILED',
    exitCode: 1,
    message: `example.com could not be registered: ${registration.apiUrl} ${problem}.`,
    detail,
  })
})

it.each([301, 302, 307, 308])('asks again where a redirect %i leads', async status => {
  const { registration, ctx } = await prepare([
    { ...registering, answer: { status, headers: { location: '/v2/register' } } },
    { ...registering, url: '/v2/register', answer: { status: 200, body: { id: 'abc' } } },
  ])
  expect(await registerCluster(registration, fingerprint, ctx)).toMatchObject({ id: 'abc' })
})

it.each([
  'http://example.com/register',
  'ftp://example.com',
  'file:///etc/passwd',
])('does not follow a redirect to %s', async location => {
  const { registration, ctx } = await prepare([
    { ...registering, answer: { status: 302, headers: { location } } },
  ])
  await expect(registerCluster(registration, fingerprint, ctx)).rejects.toMatchObject({
    message: expect.stringContaining('which is not https'),
  })
})

it('does not follow redirects for ever', async () => {
  const answer = { status: 302, headers: { location: '/api/clusters/register' } }
  const { registration, ctx } = await prepare(Array.from({ length: 6 }, () => ({ ...registering, answer })))
  await expect(registerCluster(registration, fingerprint, ctx)).rejects.toMatchObject({
    message: expect.stringContaining('redirects more than 5 times'),
  })
})

it('does not wait for ever', async () => {
  const { apiUrl, ctx } = await prepare([{ method: 'POST', url: '/', answer: 'silence' }])
  const request = { method: 'POST' as const, url: `${apiUrl}/`, limit: 300 }
  await expect(sendToPlatform(request, ctx)).rejects.toMatchObject({
    code: 'KUBEHZ_FAILED',
    message: `${apiUrl} cannot be reached: no answer in 0.3 seconds.`,
  })
})

it('does not read for ever', async () => {
  const { registration, ctx } = await prepare([
    { ...registering, answer: { status: 200, body: 'x'.repeat(200_000) } },
  ])
  await expect(registerCluster(registration, fingerprint, ctx)).rejects.toMatchObject({
    message: expect.stringContaining('far too much'),
  })
})

it('says why a platform cannot be reached', async () => {
  const { ctx } = await prepare([])
  const registration = { domain, access: 'managed' as const, apiUrl: 'http://127.0.0.1:9' }
  await expect(registerCluster(registration, fingerprint, ctx)).rejects.toMatchObject({
    message: expect.stringMatching(/^http:\/\/127\.0\.0\.1:9 cannot be reached: \S/),
  })
})

it('deregisters with the token', async () => {
  const authorization = 'Bearer secret-token'
  const env = { KUBEHZ_TOKEN: 'secret-token' }
  for (const status of [200, 204, 404]) {
    const { registration, ctx } = await prepare([{ ...removing, authorization, answer: { status } }], env)
    await expect(deregisterCluster(registration, ctx)).resolves.toBeUndefined()
  }
  const { registration, ctx } = await prepare([{ ...removing, authorization, answer: { status: 403 } }], env)
  await expect(deregisterCluster(registration, ctx)).rejects.toMatchObject({
    code: 'KUBEHZ_FAILED',
    message: `example.com stays registered: ${registration.apiUrl} answered 403.`,
  })
})

it('does not carry the token to another place', async () => {
  const other = await fakePlatform([{ ...removing, url: '/gone', answer: { status: 200 } }])
  const { registration, ctx } = await prepare(
    [
      {
        ...removing,
        authorization: 'Bearer secret-token',
        answer: { status: 307, headers: { location: `${other}/gone` } },
      },
    ],
    { KUBEHZ_TOKEN: 'secret-token' },
  )
  await deregisterCluster(registration, ctx)
})

it('does not ask at all without a token', async () => {
  const { registration, ctx } = await prepare([])
  await expect(deregisterCluster(registration, ctx)).rejects.toMatchObject({
    code: 'KUBEHZ_FAILED',
    message: expect.stringContaining('KUBEHZ_TOKEN is not set'),
  })
})

it.each([
  undefined,
  { hosting: 'self', access: 'none' },
  { hosting: 'self', access: '' },
  { hosting: 'self', access: null },
] as const)('is not planned for %j', kubehz => {
  expect(planRegistration(domain, kubehz)).toBeUndefined()
})

it('is planned with an address that ends without a slash', () => {
  const kubehz = { hosting: 'self', access: 'managed', apiUrl: 'https://api.example.org/base//' } as const
  expect(planRegistration(domain, kubehz)).toEqual({
    domain,
    access: 'managed',
    apiUrl: 'https://api.example.org/base',
  })
})

it('is refused for clusters that the platform should host', () => {
  const hosted = { hosting: 'hosted', access: 'none', apiUrl: 'https://api.example.org' } as const
  expect(() => planRegistration(domain, hosted)).toThrow('spec.kubehz.hosting of example.com is hosted')
})
