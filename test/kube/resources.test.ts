import { expect, it } from 'vitest'
import { createResources } from '../../src/kube/resources.js'
import { fakeApi, json, status } from '../helpers/fake-api.js'

const question = 'GET /apis/example.com/v1'
const widget = { apiVersion: 'example.com/v1', kind: 'Widget' }
const resource = { ...widget, plural: 'widgets', isNamespaced: true }
const answer = json({
  resources: [
    { name: 'widgets', kind: 'Widget', namespaced: true },
    { name: 'widgets/scale', kind: 'Scale', namespaced: true },
  ],
})

it('asks once for what there is, however many want to know', async () => {
  const { api } = await fakeApi([[question, answer]])
  const { find } = createResources(api)
  const found = await Promise.all([find(widget), find(widget), find(widget)])
  expect(found).toEqual([resource, resource, resource])
  expect(await find(widget)).toEqual(resource)
})

it('asks again for what there was not, but once for all that ask at the same time', async () => {
  const { api } = await fakeApi([
    [question, status(404, 'NotFound')],
    [question, answer],
  ])
  const { find } = createResources(api)
  expect(await Promise.all([find(widget), find(widget)])).toEqual([undefined, undefined])
  expect(await find(widget)).toEqual(resource)
})

it('knows no subresource, and asks again for a kind that may be added', async () => {
  const { api } = await fakeApi([
    [question, answer],
    [question, answer],
  ])
  const { find } = createResources(api)
  expect(await find({ ...widget, kind: 'Scale' })).toBeUndefined()
  expect(await find(widget)).toEqual(resource)
})

it('does not remember a failure', async () => {
  const { api } = await fakeApi([
    [question, status(503, 'ServiceUnavailable')],
    [question, answer],
  ])
  const { find } = createResources(api)
  await expect(find(widget)).rejects.toMatchObject({ status: 503 })
  expect(await find(widget)).toEqual(resource)
})

it('asks again once it has forgotten', async () => {
  const { api } = await fakeApi([
    [question, answer],
    [question, status(404, 'NotFound')],
  ])
  const { find, forget } = createResources(api)
  await find(widget)
  forget()
  expect(await find(widget)).toBeUndefined()
})
