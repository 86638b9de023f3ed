import { expect, it } from 'vitest'
import { formatCause } from '../../../src/deploy/why/format-cause.js'
import type { KubeObject } from '../../../src/kube/object.js'
import {
  ago,
  crashing,
  deployment,
  event,
  explainNow,
  picture,
  pod,
  replicaSet,
  running,
  stored,
  unhealthy,
  waiting,
} from './evidence.js'

const image = 'registry.example.com/shop/web:1.2'
const missing = `rpc error: code = NotFound desc = ${image}: not found`

/** A Deployment with a pod in each of these states. */
function rollout(name: string, states: Record<string, unknown>[]) {
  const owner = deployment(name)
  const set = replicaSet(owner)
  const pods = states.map((state, index) => pod(set, `p${index}`, state))
  return { unhealthy: unhealthy(owner), pods, related: [set, ...pods] }
}

it('makes one statement for all pods of all Deployments that have the same trouble', () => {
  const states = [
    waiting('ErrImagePull', missing),
    waiting('ImagePullBackOff', `Back-off pulling image "${image}"`),
    waiting('ImagePullBackOff', `Back-off pulling image "${image}": ErrImagePull: ${missing}`),
  ]
  const [web, api] = [rollout('web', states), rollout('api', states)]
  const events = [...web.pods, ...api.pods].map(one =>
    event(one, 'Failed', `Failed to pull image "${image}": ${missing}`, { count: 3 }),
  )
  expect(
    picture({ unhealthy: [web.unhealthy, api.unhealthy], related: [...web.related, ...api.related], events }),
  ).toEqual([
    '! 6 pods of Deployment shop/api, Deployment shop/web: ErrImagePull: registry.example.com has no image shop/web:1.2',
    `  event Failed x18, 10 s ago: Failed to pull image "${image}": ${missing}`,
    '  next: check the name and the tag, and whether the image has been pushed',
  ])
})

it('asks other pods what the registry said when one only backs off', () => {
  const states = [
    waiting('ImagePullBackOff', `Back-off pulling image "${image}"`),
    waiting('ImagePullBackOff'),
  ]
  const { unhealthy, related, pods } = rollout('web', states)
  const events = [event(pods[0]!, 'Failed', `Failed to pull image "${image}": ${missing}`)]
  expect(explainNow({ unhealthy: [unhealthy], related, events }).map(cause => cause.objects.length)).toEqual([
    2,
  ])
})

it('leaves out what differs from pod to pod', () => {
  const { unhealthy, related, pods } = rollout('web', [running(), running()])
  const said = (ip: string) =>
    `Readiness probe failed: Get "http://${ip}:8080/healthz": dial tcp ${ip}:8080: connect: connection refused`
  const events = pods.map((one, index) => event(one, 'Unhealthy', said(`10.244.1.${index}`)))
  expect(picture({ unhealthy: [unhealthy], related, events })).toEqual([
    '2 pods of Deployment shop/web: Unhealthy: container app: readiness probe failed: Get "http://<ip>:8080/healthz": dial tcp <ip>:8080: connect: connection refused',
    '  event Unhealthy x2, 10 s ago: Readiness probe failed: Get "http://<ip>:8080/healthz": dial tcp <ip>:8080: connect: connection refused',
  ])
})

it('counts a pod between two crashes with those that wait', () => {
  const lastState = { terminated: { reason: 'Error', exitCode: 1, finishedAt: ago(9) } }
  const states = [
    crashing(4, {}),
    running({ restartCount: 4, lastState, state: { running: { startedAt: ago(2) } } }),
  ]
  const { unhealthy, related } = rollout('web', states)
  expect(picture({ unhealthy: [unhealthy], related })).toEqual([
    '! 2 pods of Deployment shop/web: CrashLoopBackOff: container app fails with exit code 1',
  ])
})

it('keeps crashes of different programs apart, though their exit codes are the same', () => {
  const [web, api] = [deployment('web'), deployment('api')]
  const [webSet, apiSet] = [replicaSet(web), replicaSet(api)]
  const containers = [{ name: 'app', image: 'api:1' }]
  const related = [
    webSet,
    apiSet,
    pod(webSet, 'a', crashing(1, {})),
    pod(apiSet, 'a', crashing(1, {}), { containers }),
  ]
  expect(explainNow({ unhealthy: [unhealthy(web), unhealthy(api)], related })).toHaveLength(2)
})

it('counts a pod once that belongs to two objects that are waited for', () => {
  const db = stored('Cluster', 'db')
  const set = stored('StatefulSet', 'db', { owner: db })
  const related = [set, pod(set, '0', crashing(1, {}))]
  expect(picture({ unhealthy: [unhealthy(db), unhealthy(set)], related })).toEqual([
    'pod db-0 of StatefulSet shop/db, Cluster.postgresql.cnpg.io shop/db: CrashLoopBackOff: container app fails with exit code 1',
  ])
})

it('names first what ends the wait, then what says something, then what many have', () => {
  const unknown = stored('ConfigMap', 'a')
  const parts = [
    rollout('many', [running(), running(), running()]),
    rollout('bad', [waiting('InvalidImageName')]),
    rollout('few', [waiting('CreateContainerError', 'no command specified')]),
  ]
  const all = [unhealthy(unknown), ...parts.map(part => part.unhealthy)]
  const causes = explainNow({ unhealthy: all, related: parts.flatMap(part => part.related) })
  expect(causes.map(cause => cause.reason)).toEqual([
    'InvalidImageName',
    'ContainersNotReady',
    'CreateContainerError',
    'InProgress',
  ])
})

it('says the same whatever order the watches bring things in', () => {
  const parts = ['c', 'a', 'b'].map(name =>
    rollout(name, [crashing(1, {}), running(), waiting('InvalidImageName')]),
  )
  const all = parts.map(part => part.unhealthy)
  const related = parts.flatMap(part => part.related)
  const backwards = explainNow({ unhealthy: all.toReversed(), related: related.toReversed() })
  expect(backwards).toEqual(explainNow({ unhealthy: all, related }))
})

it('counts what comes after ten causes in one line', () => {
  const all = Array.from({ length: 13 }, (_, index) =>
    unhealthy(stored('ConfigMap', `c${index + 10}`), { message: `m${index + 10}` }),
  )
  const lines = picture({ unhealthy: all })
  expect(lines).toHaveLength(11)
  expect(lines[10]).toBe('and 3 more causes, of ConfigMap shop/c20, ConfigMap shop/c21, ConfigMap shop/c22')
})

it('shows the three newest warnings, without those that only repeat the cause', () => {
  const { unhealthy, related, pods } = rollout('web', [running()])
  const [one] = pods as [KubeObject]
  const events = [
    event(one, 'Unhealthy', 'Readiness probe failed: a', { lastTimestamp: ago(3), count: 12 }),
    event(one, 'BackOff', 'Back-off restarting failed container app in pod web-rs1-p0_shop(1)', {
      lastTimestamp: ago(1),
    }),
    event(one, 'Pulled', 'Successfully pulled image', { type: 'Normal', lastTimestamp: ago(1) }),
    event(one, 'FailedPreStopHook', 'b', { lastTimestamp: null, eventTime: ago(200) }),
    event(one, 'NodeNotReady', 'c', {
      lastTimestamp: null,
      count: null,
      series: { count: 4, lastObservedTime: ago(7200) },
    }),
    event(one, 'Old', 'd', { lastTimestamp: ago(9999) }),
  ]
  expect(explainNow({ unhealthy: [unhealthy], related, events })[0]!.events).toEqual([
    'Unhealthy x12, 3 s ago: Readiness probe failed: a',
    'FailedPreStopHook, 3 min ago: b',
    'NodeNotReady x4, 2 h ago: c',
  ])
})

it('shows the last ten lines of a log, safe for a terminal', () => {
  const { unhealthy, related } = rollout('web', [crashing(1, {})])
  const [cause] = explainNow({ unhealthy: [unhealthy], related })
  const log = [
    ...Array.from({ length: 12 }, (_, index) => `line ${index}`),
    '\u001b[31mred\u001b[0m\u0007',
    'x'.repeat(999),
  ]
  expect(formatCause({ ...cause!, log })).toEqual([
    'pod web-rs1-p0 of Deployment shop/web: CrashLoopBackOff: container app fails with exit code 1',
    '  log of web-rs1-p0, container app, its last run:',
    ...[4, 5, 6, 7, 8, 9, 10, 11].map(index => `    line ${index}`),
    '    red',
    `    ${'x'.repeat(299)}…`,
  ])
})

it('has one cause at least for each object', () => {
  const parts = [rollout('a', []), rollout('b', [running()]), rollout('c', [{}])]
  const causes = explainNow({
    unhealthy: parts.map(part => part.unhealthy),
    related: parts.flatMap(part => part.related),
  })
  expect(causes.flatMap(cause => cause.owners.map(owner => owner.name)).sort()).toEqual(['a', 'b', 'c'])
})
