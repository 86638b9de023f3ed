import { expect, it } from 'vitest'
import { listAll } from '../../src/kube/list.js'
import { fakeApi, json, list, status } from '../helpers/fake-api.js'

const type = { apiVersion: 'v1', kind: 'ConfigMap' }
const path = '/api/v1/configmaps'
const names = (items: { metadata: { name: string } }[]) => items.map(({ metadata }) => metadata.name)

it('reads page after page, and says what the items are', async () => {
  const { api } = await fakeApi([
    [`GET ${path}?limit=500`, list('5', ['a', 'b'], 'more')],
    [`GET ${path}?limit=500&continue=more`, list('5', ['c'])],
  ])
  const { items, resourceVersion } = await listAll(api, path, type)
  expect(items).toEqual(['a', 'b', 'c'].map(name => ({ ...type, metadata: { name } })))
  expect(resourceVersion).toBe('5')
})

it('begins again in one page when the pages expire, and keeps nothing of the old ones', async () => {
  const { api } = await fakeApi([
    [`GET ${path}?limit=500`, list('5', ['a', 'old'], 'more')],
    [`GET ${path}?limit=500&continue=more`, status(410, 'Expired')],
    [`GET ${path}`, list('9', ['a', 'new'])],
  ])
  const { items, resourceVersion } = await listAll(api, path, type)
  expect(names(items)).toEqual(['a', 'new'])
  expect(resourceVersion).toBe('9')
})

it('gives up on a server to which even one page is too old', async () => {
  const { api } = await fakeApi([
    [`GET ${path}?limit=500`, list('5', ['a'], 'more')],
    [`GET ${path}?limit=500&continue=more`, status(410, 'Expired')],
    [`GET ${path}`, status(410, 'Expired', 'too old')],
  ])
  await expect(listAll(api, path, type)).rejects.toMatchObject({ status: 410, message: 'too old' })
})

it('leaves out what is not taken, and takes a list without items', async () => {
  const { api } = await fakeApi([
    [`GET ${path}?limit=500`, list('5', ['a', 'b'])],
    [`GET ${path}?limit=500`, json({ metadata: {}, items: null })],
  ])
  const take = (object: { metadata: { name: string } }) => object.metadata.name === 'b'
  const { items } = await listAll(api, path, type, {}, object => (take(object) ? object : undefined))
  expect(names(items)).toEqual(['b'])
  expect(await listAll(api, path, type)).toEqual({ items: [], resourceVersion: '' })
})
