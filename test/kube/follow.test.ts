import { expect, it } from 'vitest'
import type { ApiError } from '../../src/kube/api.js'
import { follow } from '../../src/kube/follow.js'
import { event, fakeApi, list, status, watch } from '../helpers/fake-api.js'

const resource = { apiVersion: 'v1', kind: 'ConfigMap', plural: 'configmaps', isNamespaced: true }
const path = '/api/v1/configmaps'
const listing = `GET ${path}?limit=500`
const watching = (version: string) =>
  `GET ${path}?watch=true&allowWatchBookmarks=true&timeoutSeconds=50&resourceVersion=${version}`
const failure = (code: number, reason: string) => ({
  type: 'ERROR',
  object: { code, reason, message: reason },
})

type Script = Parameters<typeof fakeApi>[0]

/** A watch that has a last event, and then falls silent. */
const theEnd = watch([event('ADDED', 'the end', '99')], 'silence')

/** Follows until it hears of the end, without ever waiting: the pauses are noted instead. */
async function followThrough(script: Script, options: Partial<Parameters<typeof follow>[0]> = {}) {
  const over = new AbortController()
  const story: string[] = []
  const pauses: number[] = []
  const { api } = await fakeApi(script)
  const names = (objects: { metadata: { name: string } }[]) => objects.map(one => one.metadata.name).join(' ')
  const ended = await follow({
    api,
    resource,
    onList: objects => story.push(`list ${names(objects)}`),
    onChange: (object, isGone) => {
      if (object.metadata.name === 'the end') over.abort(new Error('the end'))
      else story.push(`${isGone ? 'gone' : 'change'} ${names([object])}`)
    },
    onTrouble: (error: ApiError | undefined) => story.push(error ? `trouble ${error.status}` : 'well'),
    sleep: async milliseconds => {
      pauses.push(milliseconds)
      if (pauses.length > 50) throw new Error('it does not end')
      await new Promise(resolve => setImmediate(resolve))
    },
    signal: over.signal,
    ...options,
  }).catch(error => error as Error)
  return { story, pauses, ended }
}

it('goes on from the last version, whether the server ends the watch or cuts it', async () => {
  const { story, ended } = await followThrough([
    [listing, list('5', ['a'])],
    [watching('5'), watch([event('ADDED', 'b', '6')])],
    [watching('6'), watch([event('DELETED', 'a', '7')], 'cut')],
    [watching('7'), theEnd],
  ])
  expect(story.filter(line => !/^(well|trouble 0)$/.test(line))).toEqual(['list a', 'change b', 'gone a'])
  expect(ended.message).toBe('the end')
})

it('goes on from the version of a bookmark, which is no change', async () => {
  const { story } = await followThrough([
    [listing, list('5', ['a'])],
    [watching('5'), watch([event('BOOKMARK', '', '70')])],
    [watching('70'), theEnd],
  ])
  expect(story).toEqual(['list a', 'well', 'well'])
})

it.each([
  ['as the answer to the watch', status(410, 'Expired')],
  ['as an event', watch([failure(410, 'Expired')])],
  ['as an event that does not say more', watch([{ type: 'ERROR', object: { code: 410 } }])],
  ['as an event with more behind it', watch([failure(410, 'Gone'), event('ADDED', 'late', '6')])],
])('lists again when its version has expired: %s', async (_how, answer) => {
  const { story } = await followThrough([
    [listing, list('5', ['a'])],
    [watching('5'), answer],
    [listing, list('9', ['b'])],
    [watching('9'), theEnd],
  ])
  expect(story.filter(line => /list|change/.test(line))).toEqual(['list a', 'list b'])
  expect(story).toContain('trouble 410')
})

it('says that there is trouble, and when it is over', async () => {
  const { story } = await followThrough([
    [listing, status(503, 'ServiceUnavailable')],
    [listing, status(429, 'TooManyRequests')],
    [listing, status(401, 'Unauthorized')],
    [listing, status(401, 'Unauthorized')],
    [listing, list('5', ['a'])],
    [watching('5'), watch([failure(500, 'InternalError')])],
    [watching('5'), theEnd],
  ])
  expect(story).toEqual([
    'trouble 503',
    'trouble 429',
    'trouble 401',
    'list a',
    'well',
    'trouble 500',
    'well',
  ])
})

it.each([
  ['no JSON at all', '<html>'],
  ['half an event', '{"type":"ADDED","object":{"meta'],
  ['no event', 'null'],
  ['an event without an object', '{"type":"ADDED"}'],
  ['an object without metadata', '{"type":"ADDED","object":{"kind":"ConfigMap"}}'],
])('begins the watch again after a line that is %s', async (_what, line) => {
  const { story } = await followThrough([
    [listing, list('5', ['a'])],
    [watching('5'), watch([event('ADDED', 'b', '6'), line])],
    [watching('6'), theEnd],
  ])
  expect(story.filter(one => one.startsWith('change'))).toEqual(['change b'])
  expect(story).toContain('trouble 0')
})

it.each([
  [403, 'Forbidden'],
  [404, 'NotFound'],
])('ends with %i at the beginning, but waits when there was a watch before', async (code, reason) => {
  const first = await followThrough([[listing, status(code, reason)]])
  expect(first.ended).toMatchObject({ status: code })

  const second = await followThrough([
    [listing, list('5', ['a'])],
    [watching('5'), status(code, reason)],
  ])
  expect(second.ended).toMatchObject({ status: code })

  const later = await followThrough([
    [listing, list('5', ['a'])],
    [watching('5'), watch([])],
    [watching('5'), status(code, reason)],
    [watching('5'), watch([failure(410, 'Expired')])],
    [listing, status(code, reason)],
    [listing, list('9', ['b'])],
    [watching('9'), theEnd],
  ])
  expect(later.story.filter(line => line.startsWith('list'))).toEqual(['list a', 'list b'])
})

it('pauses longer and longer for a server that ends every watch at once, or says that every version has expired', async () => {
  const silent: Script = Array.from({ length: 8 }, () => [watching('5'), watch([])])
  const { pauses } = await followThrough([[listing, list('5', ['a'])], ...silent, [watching('5'), theEnd]])
  expect(pauses).toEqual([200, 400, 800, 1600, 3000, 3000, 3000, 3000])

  const expired = Array.from(
    { length: 4 },
    (): Script => [
      [listing, list('5', ['a'])],
      [watching('5'), watch([failure(410, 'Expired')])],
    ],
  ).flat()
  const last: Script = [
    [listing, list('5', ['a'])],
    [watching('5'), theEnd],
  ]
  expect((await followThrough([...expired, ...last])).pauses).toEqual([200, 400, 800, 1600])
})

it('begins with a short pause again once something was heard', async () => {
  const { pauses } = await followThrough([
    [listing, list('5', ['a'])],
    [watching('5'), watch([])],
    [watching('5'), watch([])],
    [watching('5'), watch([event('ADDED', 'b', '6')])],
    [watching('6'), theEnd],
  ])
  expect(pauses).toEqual([200, 400, 100])
})

it('asks for what a field selector and a namespace leave, and takes only what is wanted', async () => {
  const within = '/api/v1/namespaces/shop/configmaps'
  const { story } = await followThrough(
    [
      [`GET ${within}?limit=500&fieldSelector=metadata.name=a`, list('5', ['a', 'b'])],
      [
        `GET ${within}?watch=true&allowWatchBookmarks=true&timeoutSeconds=50&resourceVersion=5&fieldSelector=metadata.name=a`,
        watch([event('ADDED', 'b', '6'), event('ADDED', 'a', '7')]),
      ],
      [
        `GET ${within}?watch=true&allowWatchBookmarks=true&timeoutSeconds=50&resourceVersion=7&fieldSelector=metadata.name=a`,
        theEnd,
      ],
    ],
    {
      namespace: 'shop',
      fieldSelector: 'metadata.name=a',
      take: object => (object.metadata.name === 'b' ? undefined : object),
    },
  )
  expect(story).toEqual(['list a', 'well', 'change a', 'well'])
})

it('passes on what goes wrong in the one who listens, instead of trying it again', async () => {
  const broken = () => {
    throw new TypeError('a bug')
  }
  const { ended } = await followThrough(
    [
      [listing, list('5', ['a'])],
      [watching('5'), watch([event('ADDED', 'b', '6')], 'silence')],
    ],
    { onChange: broken },
  )
  expect(ended).toBeInstanceOf(TypeError)
})
