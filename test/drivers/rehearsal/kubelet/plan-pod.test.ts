import { describe, expect, it } from 'vitest'
import { planAt, play, podOf, showPod, start } from './pods.js'

const oneShot = { restartPolicy: 'Never' } as const
const onFailure = { restartPolicy: 'OnFailure' } as const
const withInit = { initContainers: [{ name: 'setup', image: 'setup:1' }] }
const withSidecar = {
  initContainers: [
    { name: 'proxy', image: 'proxy:1', restartPolicy: 'Always' },
    { name: 'setup', image: 'setup:1' },
  ],
}

describe('a pod at a moment', () => {
  it.each([
    ['a service', {}, {}, 0, 'Running Ready=True running ready'],
    ['a one-shot', {}, oneShot, 0, 'Succeeded Ready=False Completed'],
    [
      'a one-shot that takes a while',
      { 'ready-after': '2s' },
      oneShot,
      1999,
      'Running Ready=True running ready',
    ],
    ['the same when it is done', { 'ready-after': '2s' }, oneShot, 2000, 'Succeeded Ready=False Completed'],
    ['an init container', {}, withInit, 0, 'Running Ready=True [Completed ready] running ready'],
    ['a sidecar', {}, withSidecar, 0, 'Running Ready=True [running ready, Completed ready] running ready'],
    [
      'the sidecar of a one-shot',
      {},
      { ...withSidecar, ...oneShot },
      0,
      'Succeeded Ready=False [Completed, Completed ready] Completed',
    ],
    ['ready-after, before', { 'ready-after': '2.5s' }, {}, 2499, 'Running Ready=False running'],
    ['ready-after, then', { 'ready-after': '2.5s' }, {}, 2500, 'Running Ready=True running ready'],
    ['slow', { slow: '1m' }, {}, 59_999, 'Running Ready=False running'],
    ['never-ready', { 'never-ready': 'true' }, {}, 1e9, 'Running Ready=False running'],
    ['never-ready that is off', { 'never-ready': 'false' }, {}, 0, 'Running Ready=True running ready'],
    ['a one-shot that never ends', { 'never-ready': 'true' }, oneShot, 1e9, 'Running Ready=False running'],
    ['image-pull-error, at first', { 'image-pull-error': 'x' }, {}, 999, 'Pending Ready=False ErrImagePull'],
    ['image-pull-error, then', { 'image-pull-error': 'x' }, {}, 1000, 'Pending Ready=False ImagePullBackOff'],
    ['invalid-image', { 'invalid-image': 'true' }, {}, 0, 'Pending Ready=False InvalidImageName'],
    ['config-error', { 'config-error': 'x' }, {}, 0, 'Pending Ready=False CreateContainerConfigError'],
    ['crash-loop, first run', { 'crash-loop': 'x' }, {}, 0, 'Running Ready=False running'],
    ['crash-loop, first crash', { 'crash-loop': 'x' }, {}, 300, 'Running Ready=False Error'],
    ['crash-loop, second run', { 'crash-loop': 'x' }, {}, 800, 'Running Ready=False running 1'],
    ['crash-loop, back-off', { 'crash-loop': 'x' }, {}, 1100, 'Running Ready=False CrashLoopBackOff 1'],
    ['crash-loop, third run', { 'crash-loop': 'x' }, {}, 2100, 'Running Ready=False running 2'],
    [
      'crash-loop, longer back-off',
      { 'crash-loop': 'x' },
      {},
      2400,
      'Running Ready=False CrashLoopBackOff 2',
    ],
    [
      'crash-times',
      { 'crash-loop': 'x', 'crash-times': '2' },
      {},
      2100,
      'Running Ready=True running ready 2',
    ],
    ['crash-loop that is not restarted', { 'crash-loop': 'x' }, oneShot, 300, 'Failed Ready=False Error'],
    ['oom-killed', { 'oom-killed': 'true' }, {}, 300, 'Running Ready=False OOMKilled'],
    ['oom-killed, back-off', { 'oom-killed': 'true' }, {}, 1100, 'Running Ready=False CrashLoopBackOff 1'],
    ['job-fails', { 'job-fails': 'x' }, oneShot, 300, 'Failed Ready=False Error'],
    [
      'job-fails that is restarted',
      { 'job-fails': 'x' },
      onFailure,
      1100,
      'Running Ready=False CrashLoopBackOff 1',
    ],
    [
      'init-crash-loop',
      { 'init-crash-loop': 'x' },
      withSidecar,
      1100,
      'Pending Ready=False [running ready, CrashLoopBackOff 1] PodInitializing',
    ],
    [
      'init-crash-loop that ends',
      { 'init-crash-loop': 'x', 'crash-times': '1' },
      withInit,
      800,
      'Running Ready=True [Completed ready 1] running ready',
    ],
    [
      'init-crash-loop that is not restarted',
      { 'init-crash-loop': 'x' },
      { ...withInit, ...oneShot },
      300,
      'Failed Ready=False [Error] PodInitializing',
    ],
  ])('%s', (_name, annotations, spec, elapsed, shown) => {
    expect(showPod(play(podOf({ annotations: annotations as Record<string, string>, spec }), elapsed))).toBe(
      shown,
    )
  })

  it('has trouble in its first container only', () => {
    const spec = { containers: [{ name: 'app' }, { name: 'metrics' }] }
    const pod = play(podOf({ annotations: { 'crash-loop': 'x' }, spec }), 1100)
    expect(showPod(pod)).toBe('Running Ready=False CrashLoopBackOff 1, running ready')
  })
})

describe('the status', () => {
  it('says all that a kubelet says', () => {
    const at = '2026-01-01T00:00:00Z'
    const condition = (type: string) => ({
      type,
      status: 'True',
      reason: null,
      message: null,
      lastTransitionTime: at,
    })
    expect(planAt(podOf(), 0)).toEqual({
      events: [],
      status: {
        phase: 'Running',
        startTime: at,
        hostIP: '127.0.0.1',
        podIP: '10.244.0.1',
        podIPs: [{ ip: '10.244.0.1' }],
        conditions: ['Initialized', 'Ready', 'ContainersReady', 'PodScheduled'].map(condition),
        containerStatuses: [
          {
            name: 'app',
            image: 'web:2',
            imageID: 'rehearsal://web:2',
            containerID: 'rehearsal://u1/app/0',
            ready: true,
            started: true,
            restartCount: 0,
            state: { running: { startedAt: at } },
            lastState: {},
          },
        ],
      },
    })
  })

  it('of a pod that no node takes is that and no more, however often it is looked at', () => {
    const pod = podOf({ annotations: { unschedulable: 'no node is blue' } })
    const { status, events } = planAt(pod, 0)
    expect(status).toEqual({
      phase: 'Pending',
      conditions: [
        {
          type: 'PodScheduled',
          status: 'False',
          reason: 'Unschedulable',
          message: 'no node is blue',
          lastTransitionTime: '2026-01-01T00:00:00Z',
        },
      ],
    })
    expect(events).toEqual([
      {
        type: 'Warning',
        reason: 'FailedScheduling',
        message: 'no node is blue',
        component: 'default-scheduler',
      },
    ])
    expect(planAt(play(pod, 0), 60_000)).toEqual({ events: [] })
  })

  it('remembers the last crash', () => {
    const { status } = play(podOf({ annotations: { 'crash-loop': 'x' } }), 1100)
    expect(status!.containerStatuses![0]).toMatchObject({
      restartCount: 1,
      state: {
        waiting: {
          reason: 'CrashLoopBackOff',
          message: 'back-off 1s restarting failed container=app pod=web-1_shop(u1)',
        },
      },
      lastState: { terminated: { exitCode: 1, reason: 'Error', finishedAt: '2026-01-01T00:00:01Z' } },
    })
  })

  it('keeps the time of a condition that stays as it was, and gives a new one to one that changes', () => {
    const { status } = play(podOf({ annotations: { 'ready-after': '5s' } }), 0, 5000)
    const times = Object.fromEntries(status!.conditions!.map(one => [one.type, one.lastTransitionTime]))
    expect(times).toEqual({
      Initialized: '2026-01-01T00:00:00Z',
      PodScheduled: '2026-01-01T00:00:00Z',
      ContainersReady: '2026-01-01T00:00:05Z',
      Ready: '2026-01-01T00:00:05Z',
    })
  })

  it('is Ready only when every readiness gate is open', () => {
    const spec = { readinessGates: [{ conditionType: 'example.com/gate' }] }
    const closed = play(podOf({ spec }), 0)
    const opened = {
      ...closed,
      status: {
        ...closed.status,
        conditions: [...closed.status!.conditions!, { type: 'example.com/gate', status: 'True' }],
      },
    }
    expect(showPod(closed)).toBe('Running Ready=False running ready')
    expect(showPod(play(opened, 1000))).toBe('Running Ready=True running ready')
  })
})

describe('a plan', () => {
  it.each([
    ['a service', {}, {}, [0]],
    ['a crash loop', { 'crash-loop': 'x' }, {}, [0, 300, 800, 1100]],
    ['an image that cannot be pulled', { 'image-pull-error': 'x' }, {}, [0, 1000]],
    ['a finished job', {}, oneShot, [0]],
  ])('has nothing to write for %s that is as it should be', (_name, annotations, spec, moments) => {
    const pod = play(podOf({ annotations: annotations as Record<string, string>, spec }), ...moments)
    expect(planAt(pod, moments.at(-1)!)).not.toHaveProperty('status')
  })

  it.each([
    [[0]],
    [[0, 300]],
    [[0, 300, 800]],
    [[0, 300, 800, 1100]],
  ])('writes nothing new at %j though a clock was some milliseconds off', moments => {
    const pod = play(podOf({ annotations: { 'crash-loop': 'x' } }), ...moments)
    expect(planAt(pod, moments.at(-1)! - 700, { since: start - 700 })).not.toHaveProperty('status')
  })

  it.each([
    ['ready-after', { 'ready-after': '2.5s' }, 500, 2000],
    ['a crash', { 'crash-loop': 'x' }, 100, 200],
    ['the end of a back-off', { 'crash-loop': 'x' }, 1100, 1000],
    ['a back-off of five minutes at most', { 'crash-loop': 'x' }, 815_100, 300_000],
    ['nothing', {}, 0, undefined],
    ['nothing, once ready', { 'ready-after': '2s' }, 2000, undefined],
    ['nothing, when never ready', { 'never-ready': 'true' }, 0, undefined],
  ])('looks again for %s', (_name, annotations, elapsed, again) => {
    const plan = planAt(podOf({ annotations: annotations as Record<string, string> }), elapsed)
    expect(plan.again).toBe(again)
  })

  it('takes the default delay when no annotation says more', () => {
    expect(planAt(podOf(), 0, { delay: 700 }).again).toBe(700)
  })
})

describe('the end of a pod', () => {
  const deleted = { deletionTimestamp: '2026-01-01T00:00:09Z', deletionGracePeriodSeconds: 30 }

  it('is one request', () => {
    expect(planAt(podOf({ metadata: deleted }), 0)).toEqual({ events: [], remove: true })
  })

  it('is not asked for twice when a finalizer holds the pod', () => {
    const metadata = { ...deleted, finalizers: ['example.com/hold'], deletionGracePeriodSeconds: 0 }
    expect(planAt(podOf({ metadata }), 0)).toEqual({ events: [] })
  })

  it('is told to who waits with a finalizer', () => {
    const plan = planAt(
      podOf({ metadata: { ...deleted, finalizers: ['batch.kubernetes.io/job-tracking'] } }),
      0,
    )
    expect(plan).toMatchObject({ remove: true, status: { phase: 'Failed' } })
  })

  it('comes with the end of its node', () => {
    expect(planAt(podOf(), 0, { isOrphan: true })).toEqual({ events: [], remove: true })
  })
})

describe('events', () => {
  it.each([
    [
      { 'image-pull-error': 'no such tag' },
      0,
      ['Warning Failed Failed to pull image "web:2": no such tag', 'Warning Failed Error: ErrImagePull'],
    ],
    [
      { 'image-pull-error': 'no such tag' },
      1000,
      ['Normal BackOff Back-off pulling image "web:2"', 'Warning Failed Error: ImagePullBackOff'],
    ],
    [{ 'config-error': 'secret "db" not found' }, 0, ['Warning Failed Error: secret "db" not found']],
    [
      { 'invalid-image': 'true' },
      0,
      [
        'Warning InspectFailed Failed to apply default image tag "web:2": couldn\'t parse image name "web:2": invalid reference format',
      ],
    ],
    [{ 'crash-loop': 'x' }, 300, []],
    [
      { 'crash-loop': 'x' },
      1100,
      ['Warning BackOff Back-off restarting failed container app in pod web-1_shop(u1)'],
    ],
    [
      { 'never-ready': 'true' },
      0,
      ['Warning Unhealthy Readiness probe failed: rehearsal.lok8s.dev/never-ready is set'],
    ],
    [
      { unschedulable: 'true' },
      0,
      ['Warning FailedScheduling 0/1 nodes are available: 1 Insufficient memory.'],
    ],
    [{ unschedulable: 'false' }, 0, []],
    [
      { 'init-crash-loop': 'x' },
      0,
      ['Warning InvalidRehearsal rehearsal.lok8s.dev/init-crash-loop: the pod has no init container'],
    ],
    [
      { crashloop: 'x' },
      0,
      ['Warning InvalidRehearsal rehearsal.lok8s.dev/crashloop is no annotation of the rehearsal'],
    ],
    [
      { 'ready-after': 'soon' },
      0,
      [
        'Warning InvalidRehearsal rehearsal.lok8s.dev/ready-after: "soon" is not a duration such as 500ms, 2.5s or 1m',
      ],
    ],
    [
      { 'oom-killed': 'yes' },
      0,
      ['Warning InvalidRehearsal rehearsal.lok8s.dev/oom-killed: "yes" is not "true" or "false"'],
    ],
    [
      { 'crash-times': 'two' },
      0,
      ['Warning InvalidRehearsal rehearsal.lok8s.dev/crash-times: "two" is not a number'],
    ],
    [{}, 0, []],
  ])('of %j after %i ms', (annotations, elapsed, shown) => {
    const { events } = planAt(podOf({ annotations: annotations as Record<string, string> }), elapsed)
    expect(events.map(({ type, reason, message }) => `${type} ${reason} ${message}`)).toEqual(shown)
  })

  it('are told with a change only', () => {
    const pod = play(podOf({ annotations: { 'never-ready': 'true' } }), 0)
    expect(planAt(pod, 5000).events).toEqual([])
  })
})
