import { expect, it, onTestFinished } from 'vitest'
import { keepPods } from '../../../../src/drivers/rehearsal/kubelet/keep-pods.js'
import type { Pod } from '../../../../src/drivers/rehearsal/kubelet/pod.js'
import { ApiError, type KubeApi } from '../../../../src/kube/api.js'
import { recordEvents } from '../../../helpers/events.js'
import { fakeClock } from './clock.js'
import { podOf, start } from './pods.js'

/** A keeper, and a server that keeps what it is sent; the first `failures` requests fail. */
function makeKeeper(failures: ApiError[] = []) {
  const clock = fakeClock(start)
  const { output, events } = recordEvents()
  const requests: string[] = []
  const statuses: Pod['status'][] = []
  const stored = new Map<string, Pod>()
  let version = 100
  const request: KubeApi['request'] = async (method, path, { body } = {}) => {
    requests.push(`${method} ${path}`)
    const failure = failures.shift()
    if (failure) throw failure
    if (method !== 'PATCH') return undefined as never
    const { metadata, status } = body as { metadata: { uid: string }; status: Pod['status'] }
    statuses.push(status)
    const pod = stored.get(metadata.uid)!
    return { ...versioned(String(++version), pod), status } as never
  }
  const end = new AbortController()
  const bugs: unknown[] = []
  const keeper = keepPods(
    { request },
    { nodes: 1, delay: 0, hostIP: '127.0.0.1', onBug: error => bugs.push(error) },
    { ...clock, output, signal: end.signal },
  )
  keeper.run(end.signal).catch(() => {})
  onTestFinished(() => {
    end.abort()
    expect(bugs).toEqual([])
  })
  const store = (pod: Pod) => void stored.set(pod.metadata.uid, pod)
  const change = (pod: Pod) => {
    store(pod)
    keeper.changed(pod)
  }
  const list = (...pods: Pod[]) => {
    for (const pod of pods) store(pod)
    keeper.all(pods)
  }
  return { change, list, clock, requests, statuses, events }
}

const versioned = (resourceVersion: string, pod: Pod = podOf()): Pod => ({
  ...pod,
  metadata: { ...pod.metadata, resourceVersion },
})
const patch = 'PATCH /api/v1/namespaces/shop/pods/web-1/status'

it('needs one request for a pod', async () => {
  const { change, clock, requests, statuses } = makeKeeper()
  change(versioned('1'))
  await clock.pass(60_000)
  change(versioned('101', { ...podOf(), status: statuses[0]! }))
  await clock.pass(60_000)
  expect(requests).toEqual([patch])
})

it('believes the answer to its patch, not an older event', async () => {
  const { change, clock, requests } = makeKeeper()
  change(versioned('1'))
  await clock.pass(1000)
  change(versioned('2'))
  await clock.pass(1000)
  expect(requests).toEqual([patch])
})

it('believes a list, whatever it has seen before', async () => {
  const { change, list, clock, requests } = makeKeeper()
  change(versioned('1'))
  await clock.pass(1000)
  list(versioned('2'))
  await clock.pass(1000)
  expect(requests).toEqual([patch, patch])
})

it('leaves pods alone that are on no node of its own', async () => {
  const { change, clock, requests } = makeKeeper()
  change(podOf({ spec: { nodeName: 'worker' } }))
  await clock.pass(1000)
  expect(requests).toEqual([])
})

it('deletes pods of a node that is no more', async () => {
  const { change, clock, requests } = makeKeeper()
  change(podOf({ spec: { nodeName: 'rehearsal-1' } }))
  await clock.pass(60_000)
  expect(requests).toEqual(['DELETE /api/v1/namespaces/shop/pods/web-1'])
})

it('tells an event once', async () => {
  const { change, clock, requests } = makeKeeper()
  change(versioned('1', podOf({ annotations: { 'never-ready': 'true' } })))
  await clock.pass(1000)
  expect(requests).toEqual([patch, 'POST /api/v1/namespaces/shop/events'])
})

it('tries again after a failure that may pass', async () => {
  const { change, clock, requests, events } = makeKeeper([new ApiError('away', { status: 0 })])
  change(versioned('1'))
  await clock.pass(249)
  const before = requests.length
  await clock.pass(1)
  expect([before, requests.length, events]).toEqual([1, 2, []])
})

it('says what the server refuses, and leaves it alone for a minute', async () => {
  const { change, clock, requests, events } = makeKeeper([new ApiError('not so', { status: 422 })])
  change(versioned('1'))
  await clock.pass(59_999)
  const before = requests.length
  await clock.pass(1)
  expect([before, requests.length]).toEqual([1, 2])
  expect(events).toEqual([{ type: 'warning', message: 'Pod shop/web-1 cannot be written: not so.' }])
})

it('gives every pod an address that no other has', async () => {
  const { list, clock, statuses } = makeKeeper()
  const named = (uid: string, status?: Pod['status']) =>
    podOf({ metadata: { uid, name: uid }, ...(status && { status }) })
  list(named('new-1'), named('old', { podIP: '10.244.0.1' }), named('new-2'))
  await clock.pass(1000)
  expect(statuses.map(status => status?.podIP)).toEqual(['10.244.0.1', '10.244.0.2', '10.244.0.3'])
})
