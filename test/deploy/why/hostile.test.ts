import { expect, it } from 'vitest'
import { formatCause } from '../../../src/deploy/why/format-cause.js'
import type { KubeObject } from '../../../src/kube/object.js'
import {
  crashing,
  deployment,
  event,
  explainNow,
  ofPod,
  pod,
  replicaSet,
  running,
  stored,
  unhealthy,
  waiting,
} from './evidence.js'

const odd: unknown[] = [null, 0, 'text', true, [], [null], ['x'], {}, { type: null }, [{}], Number.NaN]

/** Every copy of the object in which one field, at any depth, is something else. */
function spoiled(value: unknown): unknown[] {
  if (typeof value !== 'object' || value === null) return odd
  return Object.keys(value).flatMap(key =>
    [...odd, ...spoiled((value as Record<string, unknown>)[key])].map(other =>
      Object.assign(Array.isArray(value) ? [...value] : { ...value }, { [key]: other }),
    ),
  )
}

it.each([
  ['crashing', crashing(4, {})],
  ['waiting for an image', waiting('ImagePullBackOff', 'Back-off pulling image "web"')],
  ['not ready', running()],
  ['evicted', { phase: 'Failed', reason: 'Evicted', message: 'x' }],
])('explains a pod that is %s, whatever one of its fields may hold', (_what, status) => {
  const web = deployment('web')
  const set = replicaSet(web)
  const one = pod(set, 'a', status)
  const said = event(one, 'Failed', 'Failed to pull image "web": x')
  const broken = spoiled(one) as KubeObject[]
  expect(broken.length).toBeGreaterThan(200)
  for (const related of broken) {
    const causes = explainNow({ unhealthy: [unhealthy(web)], related: [set, related], events: [said] })
    expect(causes.flatMap(cause => formatCause(cause))).not.toEqual([])
  }
})

it('explains objects and events of which nothing is as it should be', () => {
  const { unhealthy: all, related, events } = ofPod(crashing(4, {}), [['Failed', 'x']])
  const objects = spoiled(all[0]!.object) as KubeObject[]
  const waited = objects.flatMap(object =>
    (['progressing', 'failed', 'terminating', 'missing', 'unknown'] as const).map(state => ({
      ...all[0]!,
      object,
      state,
    })),
  )
  const evidence = {
    unhealthy: waited,
    related: [...(odd as KubeObject[]), ...(spoiled(related[0]) as KubeObject[])],
    events: [...(odd as KubeObject[]), ...(spoiled(events[0]) as KubeObject[])],
  }
  expect(explainNow(evidence)).not.toEqual([])
})

it('ends on owners that own each other, and on very long chains', () => {
  const link = (name: string, owner: string) =>
    stored('Thing', name, { metadata: { ownerReferences: [{ uid: `uid-Thing-${owner}` }] } })
  const chain = Array.from({ length: 20_000 }, (_, index) =>
    link(`t${index}`, index === 0 ? 't19999' : `t${index - 1}`),
  )
  const self = link('self', 'self')
  const causes = explainNow({ unhealthy: [unhealthy(chain[0]!), unhealthy(self)], related: [...chain, self] })
  expect(causes[0]!.owners).toHaveLength(2)
})

it('reads messages of any length, with any character', () => {
  const messages = [
    'a'.repeat(2e6),
    '1.'.repeat(1e6),
    '0'.repeat(1e6),
    '"'.repeat(1e6),
    '\u001b]'.repeat(1e6),
    '\ud83d\ude00'.repeat(1e6),
    ' '.repeat(1e6),
  ]
  for (const message of messages) {
    for (const reason of ['ErrImagePull', 'CreateContainerConfigError', '\u001b[2Jx\n::error::y']) {
      for (const line of explainNow(ofPod(waiting(reason, message), [['Failed', message]])).flatMap(
        formatCause,
      )) {
        expect(line.length).toBeLessThan(1000)
        expect(line).not.toMatch(/[\x00-\x1f\x7f-\x9f]/)
        expect(line.isWellFormed()).toBe(true)
      }
    }
  }
})

it('is not confused by names that every JavaScript object has', () => {
  const web = stored('Constructor', '__proto__')
  expect(explainNow({ unhealthy: [unhealthy(web)], related: [web] })[0]!.reason).toBe('InProgress')
})

it('looks at each object as often among 500 Deployments of 3 pods as among 50', () => {
  const [few, many] = [fleet(50), fleet(500)]
  expect(explainNow(many).map(cause => cause.objects.length)).toEqual([750, 750])
  // Counted, not timed: a look through all pods for each Deployment would be 100 times as many.
  expect(readsOf(many)).toBeLessThanOrEqual(10 * readsOf(few))
})

function fleet(size: number) {
  const owners = Array.from({ length: size }, (_, index) => deployment(`web${index}`))
  const sets = owners.map(owner => replicaSet(owner))
  const states = [running(), crashing(4, {})]
  const pods = sets.flatMap((set, index) => ['a', 'b', 'c'].map(name => pod(set, name, states[index % 2]!)))
  const said = 'Readiness probe failed: dial tcp 10.0.0.1:80: connect: connection refused'
  const events = pods.flatMap(one => [
    event(one, 'Unhealthy', said),
    event(one, 'BackOff', 'Back-off restarting'),
  ])
  return { unhealthy: owners.map(owner => unhealthy(owner)), related: [...sets, ...pods], events }
}

/** How many fields of objects and events are read to explain this. */
function readsOf({ unhealthy, related, events }: ReturnType<typeof fleet>): number {
  let reads = 0
  const get = (object: KubeObject, field: string) => {
    reads += 1
    return object[field]
  }
  const watched = (objects: KubeObject[]) => objects.map(object => new Proxy(object, { get }))
  explainNow({ unhealthy, related: watched(related), events: watched(events) })
  return reads
}

it('knows no hint for a finalizer that has the name of a method', () => {
  const finalizers = ['constructor', 'toString']
  const thing = stored('Thing', 'a', { metadata: { finalizers } })
  const [cause] = explainNow({ unhealthy: [unhealthy(thing, { state: 'terminating' })] })
  expect(cause).toMatchObject({ message: 'waits for the finalizers constructor, toString' })
  expect(cause).not.toHaveProperty('hint')
})
