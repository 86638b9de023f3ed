import { expect, it } from 'vitest'
import { containerLog } from '../../../../src/drivers/rehearsal/kubelet/container-log.js'
import { play, podOf } from './pods.js'

const crash = { 'crash-loop': 'connecting\npanic: no database' }
const crashing = (...moments: number[]) => play(podOf({ annotations: crash }), ...moments)
const blocked = (annotations: Record<string, string>, elapsed: number) =>
  play(podOf({ annotations }), elapsed)
const running = 'rehearsal: app is running\n'
const crashed = 'connecting\npanic: no database\n'

it.each([
  ['a container that runs', play(podOf(), 0), {}, running, true],
  ['the run that is about to crash', crashing(800), {}, running, true],
  ['the run before it', crashing(800), { previous: true }, crashed, false],
  ['a crash', crashing(300), {}, crashed, false],
  ['the time between two runs', crashing(1100), {}, crashed, false],
  ['the last line', crashing(300), { tailLines: 1 }, 'panic: no database\n', false],
  ['no line', crashing(300), { tailLines: 0 }, '', false],
  ['more lines than there are', crashing(300), { tailLines: 9 }, crashed, false],
  ['a line with its time', play(podOf(), 0), { timestamps: true }, `2026-01-01T00:00:00Z ${running}`, true],
])('has the log of %s', (_name, pod, query, text, isOpen) => {
  expect(containerLog(pod, 'app', query)).toEqual({ status: 200, text, isOpen })
})

it('has the log of an init container that crashes', () => {
  const spec = { initContainers: [{ name: 'setup' }] }
  const pod = play(podOf({ annotations: { 'init-crash-loop': 'no rights' }, spec }), 1100)
  expect(containerLog(pod, 'setup', { previous: true }).text).toBe('no rights\n')
})

it.each([
  [
    'a first run',
    crashing(0),
    { previous: true },
    'previous terminated container "app" in pod "web-1" not found',
  ],
  ['a pod nobody has started', podOf(), {}, 'container "app" in pod "web-1" is not available'],
  [
    'an image that is not there',
    blocked({ 'image-pull-error': 'x' }, 1000),
    {},
    'container "app" in pod "web-1" is waiting to start: trying and failing to pull image',
  ],
  [
    'a container without its Secret',
    blocked({ 'config-error': 'x' }, 0),
    {},
    'container "app" in pod "web-1" is waiting to start: CreateContainerConfigError',
  ],
])('says why there is no log of %s', (_name, pod, query, text) => {
  expect(containerLog(pod, 'app', query)).toEqual({ status: 400, text, isOpen: false })
})
