import { expect, it } from 'vitest'
import { ago, crashing, explainNow, ofPod, picture, running, waiting } from './evidence.js'

type Events = [string, string, object?][]

const unscheduled = (message: string) => ({
  startTime: undefined,
  conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message }],
})

it.each([
  ['an error', crashing(4, {}), 'CrashLoopBackOff: container app fails with exit code 1'],
  [
    'a signal',
    crashing(4, { exitCode: 139 }),
    'CrashLoopBackOff: container app fails with exit code 139 (SIGSEGV)',
  ],
  [
    'the end of a server',
    crashing(4, { exitCode: 0, reason: 'Completed' }),
    'CrashLoopBackOff: container app ends with exit code 0, but should go on running',
  ],
  [
    'a program that is not there',
    crashing(4, {
      exitCode: 128,
      reason: 'StartError',
      message:
        'failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: exec: "/app": stat /app: no such file or directory: unknown',
    }),
    'CrashLoopBackOff: container app cannot start: exec: "/app": stat /app: no such file or directory',
  ],
])('explains a crash loop by %s', (_what, status, said) => {
  expect(picture(ofPod(status))).toEqual([`! pod web-rs1-a of Deployment shop/web: ${said}`])
})

it('names the limit that an OOMKilled container ran into', () => {
  const containers = [{ name: 'app', image: 'web', resources: { limits: { memory: '128Mi' } } }]
  const evidence = ofPod(crashing(5, { reason: 'OOMKilled', exitCode: 137 }), [], { containers })
  expect(explainNow(evidence)).toEqual([
    {
      reason: 'CrashLoopBackOff',
      message: 'container app was OOMKilled: it needs more memory than its limit of 128Mi (exit code 137)',
      objects: [{ group: '', kind: 'Pod', namespace: 'shop', name: 'web-rs1-a' }],
      owners: [{ group: 'apps', kind: 'Deployment', namespace: 'shop', name: 'web' }],
      isTerminal: true,
      logOf: { namespace: 'shop', pod: 'web-rs1-a', container: 'app', previous: true },
      events: [],
      hint: 'raise resources.limits.memory of the container app',
    },
  ])
})

it.each([
  ['two restarts', 2, 60, false],
  ['three restarts in a pod that has just started', 3, 20, false],
  ['three restarts', 3, 21, true],
])('gives a crash loop the grace of a start: %s', (_what, restarts, age, isTerminal) => {
  const status = { ...crashing(restarts, {}), startTime: ago(age) }
  expect(explainNow(ofPod(status))[0]!.isTerminal).toBe(isTerminal)
})

it('waits for an older pod to crash once more, since the deploy may have repaired it', () => {
  const evidence = ofPod({ ...crashing(40, { finishedAt: ago(100) }), startTime: ago(9000) })
  expect(explainNow({ ...evidence, since: new Date(ago(90)) })[0]!.isTerminal).toBe(false)
  expect(explainNow({ ...evidence, since: new Date(ago(110)) })[0]!.isTerminal).toBe(true)
})

it('says which probe had a container killed', () => {
  const events: Events = [
    ['Killing', 'Container app failed liveness probe, will be restarted', { type: 'Normal' }],
    ['Unhealthy', 'Liveness probe failed: HTTP probe failed with statuscode: 500', { count: 9 }],
  ]
  expect(picture(ofPod(crashing(2, { exitCode: 137 }), events))[0]).toBe(
    'pod web-rs1-a of Deployment shop/web: CrashLoopBackOff: container app was restarted: its liveness probe failed: HTTP probe failed with statuscode: 500',
  )
})

it('blames the crash before, not the probe, while a container is between two crashes', () => {
  const lastState = { terminated: { reason: 'Error', exitCode: 2, finishedAt: ago(9) } }
  const status = running({ restartCount: 1, lastState, state: { running: { startedAt: ago(3) } } })
  expect(
    picture(ofPod(status, [['Unhealthy', 'Readiness probe failed: x', { lastTimestamp: ago(12) }]]))[0],
  ).toBe('pod web-rs1-a of Deployment shop/web: CrashLoopBackOff: container app fails with exit code 2')
})

it.each<[string, Record<string, unknown>, Events, object, string]>([
  [
    'a missing ConfigMap',
    waiting('CreateContainerConfigError', 'configmap "web-config" not found'),
    [],
    {},
    '! pod web-rs1-a of Deployment shop/web: CreateContainerConfigError: configmap "web-config" not found',
  ],
  [
    'a missing ConfigMap that may still come',
    { ...waiting('CreateContainerConfigError', 'configmap "web-config" not found'), startTime: ago(29) },
    [],
    {},
    'pod web-rs1-a of Deployment shop/web: CreateContainerConfigError: configmap "web-config" not found',
  ],
  [
    'a missing key',
    waiting('CreateContainerConfigError', "couldn't find key PORT in ConfigMap shop/web-config"),
    [],
    {},
    "! pod web-rs1-a of Deployment shop/web: CreateContainerConfigError: couldn't find key PORT in ConfigMap shop/web-config",
  ],
  [
    'an image that runs as root',
    {
      ...waiting(
        'CreateContainerConfigError',
        'container has runAsNonRoot and image will run as root (pod: "web-rs1-a_shop(7f6c)", container: app)',
      ),
      startTime: ago(1),
    },
    [],
    {},
    '! pod web-rs1-a of Deployment shop/web: CreateContainerConfigError: container has runAsNonRoot and image will run as root',
  ],
  [
    'a container that cannot be created',
    waiting('CreateContainerError', 'no command specified'),
    [],
    {},
    'pod web-rs1-a of Deployment shop/web: CreateContainerError: no command specified',
  ],
  [
    'no room on the nodes',
    unscheduled(
      '0/3 nodes are available: 3 Insufficient cpu. preemption: 0/3 nodes are available: 3 No preemption victims found for incoming pod.',
    ),
    [],
    { nodeName: undefined },
    'pod web-rs1-a of Deployment shop/web: Unschedulable: 0/3 nodes are available: 3 Insufficient cpu',
  ],
  [
    'a failing readiness probe',
    running(),
    [
      ['Unhealthy', 'Readiness probe failed: HTTP probe failed with statuscode: 503', { count: 8 }],
      ['Unhealthy', 'Readiness probe failed: old', { lastTimestamp: ago(90) }],
    ],
    {},
    'pod web-rs1-a of Deployment shop/web: Unhealthy: container app: readiness probe failed: HTTP probe failed with statuscode: 503',
  ],
  [
    'a container that is not ready, and nothing says why',
    running(),
    [],
    {},
    'pod web-rs1-a of Deployment shop/web: ContainersNotReady: container app runs, but is not ready',
  ],
  [
    'a volume that cannot be mounted, rather than that it is waited for',
    waiting('ContainerCreating'),
    [
      [
        'FailedMount',
        'Unable to attach or mount volumes: unmounted volumes=[tls], unattached volumes=[tls kube-api-access-x2x4z]: timed out waiting for the condition',
      ],
      [
        'FailedMount',
        'MountVolume.SetUp failed for volume "tls" : secret "web-tls" not found',
        { lastTimestamp: ago(40) },
      ],
    ],
    {},
    'pod web-rs1-a of Deployment shop/web: FailedMount: volume "tls": secret "web-tls" not found',
  ],
  [
    'a network that is not there',
    waiting('ContainerCreating'),
    [
      [
        'FailedCreatePodSandBox',
        'Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup network for sandbox "0a1b": cilium-cni: unable to connect',
      ],
    ],
    {},
    'pod web-rs1-a of Deployment shop/web: FailedCreatePodSandBox: failed to setup network for sandbox: cilium-cni: unable to connect',
  ],
  [
    'an eviction, without its numbers',
    {
      phase: 'Failed',
      reason: 'Evicted',
      message:
        'The node was low on resource: memory. Threshold quantity: 100Mi, available: 52Ki. Container app was using 1Gi, request is 0.',
    },
    [],
    {},
    'pod web-rs1-a of Deployment shop/web: Evicted: The node was low on resource: memory',
  ],
  [
    'an init container that crashes, before anything else',
    {
      initContainerStatuses: [
        {
          name: 'migrate',
          ready: false,
          restartCount: 1,
          state: { waiting: { reason: 'CrashLoopBackOff' } },
          lastState: { terminated: { exitCode: 3, reason: 'Error', finishedAt: ago(5) } },
        },
      ],
      ...waiting('PodInitializing'),
    },
    [],
    {},
    'pod web-rs1-a of Deployment shop/web: CrashLoopBackOff: init container migrate fails with exit code 3',
  ],
  [
    'an init container that takes its time',
    {
      initContainerStatuses: [{ name: 'wait', ready: false, state: { running: { startedAt: ago(50) } } }],
      ...waiting('PodInitializing'),
    },
    [],
    {},
    'pod web-rs1-a of Deployment shop/web: PodInitializing: init container wait has not ended yet',
  ],
])('explains %s', (_what, status, events, spec, said) => {
  expect(picture(ofPod(status, events, spec))[0]).toBe(said)
})

it('does not take a sidecar for an init container that should end', () => {
  const status = {
    ...running(),
    initContainerStatuses: [
      { name: 'proxy', ready: true, started: true, state: { running: { startedAt: ago(50) } } },
    ],
  }
  const initContainers = [{ name: 'proxy', image: 'proxy:1', restartPolicy: 'Always' }]
  expect(explainNow(ofPod(status, [], { initContainers }))[0]!.message).toBe(
    'container app runs, but is not ready',
  )
})

it('asks for the log of the run that crashed, and of the one that goes on', () => {
  const ended = { state: { terminated: { exitCode: 1, reason: 'Error', finishedAt: ago(1) } } }
  const previous = (status: Record<string, unknown>) => explainNow(ofPod(status))[0]!.logOf?.previous
  expect([previous(crashing(1, {})), previous(running(ended)), previous(running())]).toEqual([
    true,
    false,
    false,
  ])
})
