import { randomBytes } from 'node:crypto'
import { expect, onTestFinished } from 'vitest'
import type { Pod } from '../../../src/drivers/rehearsal/kubelet/pod.js'
import type { KubeApi } from '../../../src/kube/api.js'
import type { KubeObject } from '../../../src/kube/object.js'
import { apiOf, itOnCluster, startCluster, clusterTimeout as timeout } from '../../helpers/cluster.js'
import { showPod } from './kubelet/pods.js'

const patient = { timeout: 120_000, interval: 100 }
const template = (annotations: Record<string, string>, spec: object = {}) => ({
  metadata: {
    name: 'web',
    labels: { app: 'web' },
    annotations: Object.fromEntries(
      Object.entries(annotations).map(([name, value]) => [`rehearsal.lok8s.dev/${name}`, value]),
    ),
  },
  spec: { containers: [{ name: 'app', image: 'registry.test/app:1' }], ...spec },
})

/** A namespace of its own in the cluster of all tests, and how to make something there. */
async function makeNamespace() {
  const api = await apiOf(await startCluster())
  const name = `rehearsed-${randomBytes(4).toString('hex')}`
  const place = `/api/v1/namespaces/${name}`
  await api.request('POST', '/api/v1/namespaces', { body: { metadata: { name } } })
  onTestFinished(async () => {
    await api.request('DELETE', place)
  })
  const create = async (path: string, body: object) => {
    // A young namespace takes no pods yet.
    await expect.poll(() => answerOf(api.request('POST', path, { body })), patient).toBe('done')
  }
  const list = async (path: string) => (await api.request<{ items: KubeObject[] }>('GET', path)).items
  return { api, name, place, create, list }
}

/** `done`, or what the API server has to say. */
const answerOf = (request: Promise<unknown>) =>
  request.then(
    () => 'done',
    (error: Error) => error.message,
  )

async function makePod(annotations: Record<string, string>, spec?: object) {
  const { api, place, create, list } = await makeNamespace()
  await create(`${place}/pods`, template(annotations, spec))
  const read = () => api.request<Pod & KubeObject>('GET', `${place}/pods/web`)
  return {
    read,
    looks: async () => showPod(await read()),
    log: (query = {}) => api.text(`${place}/pods/web/log`, { query }).catch((error: Error) => error.message),
    events: async () => (await list(`${place}/events`)).map(({ reason, message }) => `${reason}: ${message}`),
  }
}

const withInit = { initContainers: [{ name: 'setup', image: 'registry.test/setup:1' }] }
const running = 'rehearsal: app is running\n'
const crashLog = 'connecting\nFATAL: no database\n'

itOnCluster.each<[string, Record<string, string>, object, string | RegExp, string, string]>([
  ['no trouble', {}, {}, 'Running Ready=True running ready', running, 'Scheduled'],
  [
    'never-ready',
    { 'never-ready': 'true' },
    {},
    'Running Ready=False running',
    running,
    'Unhealthy: Readiness probe failed: rehearsal.lok8s.dev/never-ready is set',
  ],
  [
    'image-pull-error',
    { 'image-pull-error': '401 Unauthorized' },
    {},
    'Pending Ready=False ImagePullBackOff',
    'container "app" in pod "web" is waiting to start: trying and failing to pull image',
    'Failed: Failed to pull image "registry.test/app:1": 401 Unauthorized',
  ],
  [
    'invalid-image',
    { 'invalid-image': 'true' },
    {},
    'Pending Ready=False InvalidImageName',
    'container "app" in pod "web" is waiting to start: InvalidImageName',
    'InspectFailed: Failed to apply default image tag',
  ],
  [
    'config-error',
    { 'config-error': 'secret "db" not found' },
    {},
    'Pending Ready=False CreateContainerConfigError',
    'container "app" in pod "web" is waiting to start: CreateContainerConfigError',
    'Failed: Error: secret "db" not found',
  ],
  [
    'crash-loop',
    { 'crash-loop': crashLog },
    {},
    /^Running Ready=False CrashLoopBackOff [2-9]$/,
    crashLog,
    'BackOff: Back-off restarting failed container app',
  ],
  [
    'crash-times',
    { 'crash-loop': crashLog, 'crash-times': '1' },
    {},
    'Running Ready=True running ready 1',
    running,
    'Scheduled',
  ],
  [
    'init-crash-loop',
    { 'init-crash-loop': 'no route to host' },
    withInit,
    /^Pending Ready=False \[CrashLoopBackOff [2-9]\] PodInitializing$/,
    'container "app" in pod "web" is waiting to start: PodInitializing',
    'BackOff: Back-off restarting failed container setup',
  ],
  [
    'an annotation that makes no sense',
    { 'crash-lop': '' },
    {},
    'Running Ready=True running ready',
    running,
    'InvalidRehearsal: rehearsal.lok8s.dev/crash-lop is no annotation of the rehearsal',
  ],
])('rehearses %s', { timeout }, async (_what, annotations, spec, looks, log, event) => {
  const pod = await makePod(annotations, spec)
  const expected = looks instanceof RegExp ? expect.stringMatching(looks) : looks
  await expect.poll(pod.looks, patient).toEqual(expected)
  expect(await pod.log()).toContain(log)
  await expect.poll(pod.events, patient).toContainEqual(expect.stringContaining(event))
})

itOnCluster('keeps the log and the exit code of the last crash', { timeout }, async () => {
  const pod = await makePod({ 'oom-killed': 'true', 'crash-loop': crashLog, 'crash-times': '1' })
  await expect.poll(pod.looks, patient).toBe('Running Ready=True running ready 1')
  expect(await pod.log()).toBe(running)
  expect(await pod.log({ previous: true })).toBe(crashLog)
  expect(await pod.log({ previous: true, tailLines: 1 })).toBe('FATAL: no database\n')
  const { status } = await pod.read()
  expect(status!.containerStatuses![0]!.lastState.terminated).toMatchObject({
    reason: 'OOMKilled',
    exitCode: 137,
  })
})

itOnCluster('takes as long as slow says until a pod is ready', { timeout }, async () => {
  const pod = await makePod({ slow: '2s' })
  await expect.poll(pod.looks, patient).toBe('Running Ready=True running ready')
  const { startTime, conditions } = (await pod.read()).status!
  const { lastTransitionTime } = conditions!.find(({ type }) => type === 'Ready')!
  expect(Date.parse(lastTransitionTime!) - Date.parse(startTime!)).toBeGreaterThanOrEqual(2000)
})

itOnCluster.each([
  ['by annotation', { unschedulable: 'no node is blue' }, {}, /^no node is blue$/],
  ['by a selector that no node has', {}, { nodeSelector: { color: 'blue' } }, /^0\/2 nodes are available: /],
])('leaves a pod unschedulable %s', { timeout }, async (_how, annotations, spec, message) => {
  const pod = await makePod(annotations as Record<string, string>, spec)
  const scheduled = async () =>
    (await pod.read()).status?.conditions?.find(({ type }) => type === 'PodScheduled')
  const unschedulable = { status: 'False', reason: 'Unschedulable', message: expect.stringMatching(message) }
  await expect.poll(scheduled, patient).toMatchObject(unschedulable)
  expect((await pod.read()).status).toMatchObject({ phase: 'Pending' })
  await expect.poll(pod.events, patient).toContainEqual(expect.stringContaining('FailedScheduling: '))
})

itOnCluster.each([
  ['is done', {}, { type: 'Complete' }, 'rehearsal: app is running\n'],
  [
    'fails',
    { 'job-fails': 'migration 7 has failed' },
    { type: 'Failed', reason: 'BackoffLimitExceeded' },
    'migration 7 has failed\n',
  ],
])('lets a Job end that %s', { timeout }, async (_how, annotations, condition, log) => {
  const { api, name, place, create, list } = await makeNamespace()
  const jobs = `/apis/batch/v1/namespaces/${name}/jobs`
  const spec = {
    backoffLimit: 0,
    template: template(annotations as Record<string, string>, { restartPolicy: 'Never' }),
  }
  await create(jobs, { metadata: { name: 'job' }, spec })
  const conditions = async () => (await api.request('GET', `${jobs}/job`)).status?.conditions
  await expect
    .poll(conditions, patient)
    .toContainEqual(expect.objectContaining({ ...condition, status: 'True' }))
  const [pod] = await list(`${place}/pods`)
  expect(await api.text(`${place}/pods/${pod!.metadata.name}/log`)).toBe(log)
})

itOnCluster(
  'has pods on all of its nodes, which the real controllers make and count',
  { timeout },
  async () => {
    const { api, name, place, create, list } = await makeNamespace()
    const apps = `/apis/apps/v1/namespaces/${name}`
    const spec = { selector: { matchLabels: { app: 'web' } }, template: template({}) }
    await create(`${apps}/daemonsets`, { metadata: { name: 'agent' }, spec })
    await create(`${place}/services`, {
      metadata: { name: 'web' },
      spec: { selector: { app: 'web' }, ports: [{ port: 80, protocol: 'TCP' }] },
    })
    const ready = async () => (await api.request('GET', `${apps}/daemonsets/agent`)).status?.numberReady
    await expect.poll(ready, patient).toBe(2)
    const pods = await list(`${place}/pods`)
    expect(pods.map(nodeOf).sort()).toEqual(['rehearsal-0', 'rehearsal-1'])
    await expect
      .poll(() => addressesOf(api, place), patient)
      .toEqual(pods.map(({ status }) => status!.podIP).sort())
  },
)

const nodeOf = ({ spec }: KubeObject) => spec!.nodeName

async function addressesOf(api: KubeApi, place: string): Promise<string[]> {
  const { subsets = [] } = (await api.request('GET', `${place}/endpoints/web`)) as {
    subsets?: { addresses?: { ip: string }[] }[]
  }
  return subsets.flatMap(({ addresses = [] }) => addresses.map(({ ip }) => ip)).sort()
}
