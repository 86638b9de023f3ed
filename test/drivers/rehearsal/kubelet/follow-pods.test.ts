import { expect, it, onTestFinished } from 'vitest'
import { followPods } from '../../../../src/drivers/rehearsal/kubelet/follow-pods.js'
import { ApiError, type KubeApi, type WatchEvent } from '../../../../src/kube/api.js'
import { recordEvents } from '../../../helpers/events.js'
import { fakeClock } from './clock.js'
import { podOf } from './pods.js'

/** How a watch goes: its events, and the error it ends with. One that is `endless` stays open. */
interface Watch {
  events?: WatchEvent[]
  error?: ApiError
  isEndless?: boolean
}

/** Follows the pods of a server whose watches go like these, one after another; the last one stays open. */
function follow(watches: Watch[]) {
  const clock = fakeClock()
  const { output, events } = recordEvents()
  const end = new AbortController()
  const story: string[] = []
  const api = {
    request: async () => {
      story.push('list')
      return { metadata: { resourceVersion: '10' }, items: [] }
    },
    watch: async (_path, { query, onEvent, onOpen }) => {
      story.push(`watch ${query?.resourceVersion}`)
      const { events = [], error, isEndless } = watches.shift() ?? { isEndless: true }
      if (!error) onOpen?.()
      for (const event of events) onEvent(event)
      if (error) throw error
      if (isEndless) await clock.sleep(1e9, end.signal)
    },
  } as Pick<KubeApi, 'request' | 'watch'>
  const tell = (what: string) => () => void story.push(what)
  const listener = { all: () => {}, changed: tell('changed'), gone: tell('gone') }
  followPods(api, listener, { ...clock, output, signal: end.signal }).catch(() => {})
  onTestFinished(() => end.abort())
  return { clock, story, events }
}

const event = (type: WatchEvent['type'], resourceVersion: string): WatchEvent => {
  const pod = podOf({ metadata: { resourceVersion } })
  return { type, object: pod as unknown as WatchEvent['object'] }
}
const expired = { type: 'ERROR', object: { metadata: {}, code: 410 } } as unknown as WatchEvent

it('takes up a watch where it ended, and waits a moment before', async () => {
  const { clock, story } = follow([{ events: [event('ADDED', '11'), event('DELETED', '12')] }])
  await clock.pass(999)
  expect(story).toEqual(['list', 'watch 10', 'changed', 'gone'])
  await clock.pass(1)
  expect(story.slice(4)).toEqual(['watch 12'])
})

it('goes on from a bookmark, which is no pod', async () => {
  const { clock, story } = follow([{ events: [event('BOOKMARK', '40')] }])
  await clock.pass(1000)
  expect(story).toEqual(['list', 'watch 10', 'watch 40'])
})

it.each([
  ['says so in the watch', { events: [event('MODIFIED', '11'), expired] }, 1000],
  [
    'refuses the watch',
    { events: [event('MODIFIED', '11')], error: new ApiError('gone', { status: 410 }) },
    250,
  ],
])('lists again when the server has forgotten, and %s', async (_name, watch, pause) => {
  const { clock, story } = follow([watch])
  await clock.pass(pause)
  expect(story).toEqual(['list', 'watch 10', 'changed', 'list', 'watch 10'])
})

it('comes back to a server that was away, with longer and longer pauses, and says so once', async () => {
  const away = { error: new ApiError('the connection is refused', { status: 0 }) }
  const { clock, story, events } = follow([{ events: [event('ADDED', '11')], ...away }, away, away])
  await clock.pass(250 + 500 + 1000)
  expect(story).toEqual(['list', 'watch 10', 'changed', 'watch 11', 'watch 11', 'watch 11'])
  expect(events).toEqual([
    { type: 'warning', message: 'Watching pods fails: the connection is refused.' },
    { type: 'notice', message: 'Watching pods works again.' },
  ])
})
