import { expect, it } from 'vitest'
import type { Event } from '../../src/events.js'
import { createBootstrapBoard } from '../../src/output/bootstrap-board.js'

const clock = { now: 0 }
const started: Event = {
  type: 'bootstrap-started',
  domain: 'example.com',
  server: 'https://api.test',
  entries: [
    { entry: 'cilium', after: [] },
    { entry: 'ccm', after: [] },
    { entry: 'csi', after: ['cilium', 'ccm'] },
    { entry: 'late', after: [] },
  ],
}
const pending = { object: 'DaemonSet kube-system/cilium', message: '1 of 2 pods are ready', milliseconds: 1 }

it('shows what each addon does, and whom it waits for', () => {
  const { note, picture } = createBootstrapBoard(() => clock.now)
  note(started)
  note({ type: 'entry-started', entry: 'cilium' })
  clock.now = 1000
  note({ type: 'entry-started', entry: 'ccm' })
  note({ type: 'entry-applied', entry: 'cilium' })
  note({
    type: 'entry-settling',
    entry: 'cilium',
    all: 5,
    pending: [pending],
    causes: [],
    trouble: undefined,
  })
  clock.now = 3000
  expect(picture().split('\n')).toEqual([
    'addons 0/4',
    'cilium  4 of 5 ready: DaemonSet kube-system/cilium 1 of 2 pods are ready  3.0s',
    'ccm     applying  2.0s',
    'csi     waits for cilium, ccm',
    'late    waits for its turn',
  ])
  note({ type: 'entry-finished', entry: 'cilium', outcome: 'created', objects: 5, milliseconds: 3000 })
  expect(picture().split('\n')).toEqual([
    'addons 1/4',
    'ccm   applying  2.0s',
    'csi   waits for ccm',
    'late  waits for its turn',
  ])
})
