import { groupOf, type KubeObject, keyOf, type ObjectId } from '../../kube/object.js'
import type { Evidence } from './cause.js'
import { clean } from './message.js'
import { isFields, listAt, numberAt, textAt, timeAt } from './read.js'

/** The evidence, found by uid and name at once: 500 Deployments are explained without looking through lists. */
export interface World {
  now: number
  since: number
  /** From when on graces count, at the earliest. */
  graceFrom: number
  find: (id: ObjectId) => KubeObject | undefined
  /** The objects that name this uid in their ownerReferences. */
  childrenOf: (uid: string) => KubeObject[]
  /** Newest first. */
  eventsOf: (object: { id: ObjectId; uid: string }) => EventFact[]
  /** What a registry said about an image in a namespace, as far as any pod or event knows. */
  pullAnswer: (namespace: string, image: string) => string | undefined
}

export interface EventFact {
  reason: string
  message: string
  isWarning: boolean
  count: number
  /** Milliseconds since 1970; 0 when the event has no time. */
  time: number
  /** The container it is about, when it is about one. */
  container: string
  /** The uid of the object it is about; empty when the event does not say. */
  uid: string
}

export function worldOf(evidence: Evidence, now: Date): World {
  const objects = latest([...evidence.related, ...evidence.unhealthy.flatMap(one => one.object ?? [])])
  const byKey = new Map(objects.map(object => [keyOf(safeIdOf(object)), object]))
  const children = indexChildren(objects)
  const events = indexEvents(evidence.events)
  const answers = indexPullAnswers(evidence.events, objects)
  const since = evidence.since?.getTime() ?? Number.NEGATIVE_INFINITY
  return {
    now: now.getTime(),
    since,
    graceFrom: Math.max(since, evidence.answersSince?.getTime() ?? since),
    find: id => byKey.get(keyOf(id)),
    childrenOf: uid => (uid && children.get(uid)) || [],
    // An object that was deleted and made again has the name, but not the uid, of old events.
    eventsOf: ({ id, uid }) =>
      (events.get(nameKey(id)) ?? []).filter(event => !uid || !event.uid || event.uid === uid),
    pullAnswer: (namespace, image) => answers.get(`${namespace} ${image}`),
  }
}

/** As `idOf`, for objects of any shape. */
export function safeIdOf(object: KubeObject): ObjectId {
  const namespace = textAt(object, 'metadata', 'namespace')
  const name = clean(textAt(object, 'metadata', 'name'))
  const group = groupOf({ apiVersion: textAt(object, 'apiVersion') })
  return {
    group,
    kind: clean(textAt(object, 'kind')),
    name,
    ...(namespace && { namespace: clean(namespace) }),
  }
}

export function uidOf(object: KubeObject | undefined): string {
  return textAt(object, 'metadata', 'uid')
}

/** Without what has no name; of two versions of one object the last. */
function latest(objects: KubeObject[]): KubeObject[] {
  const named = objects.filter(object => isFields(object) && textAt(object, 'metadata', 'name'))
  return [...new Map(named.map(object => [uidOf(object) || keyOf(safeIdOf(object)), object])).values()]
}

function indexChildren(objects: KubeObject[]): Map<string, KubeObject[]> {
  const children = new Map<string, KubeObject[]>()
  for (const object of objects) {
    const owners = listAt(object, 'metadata', 'ownerReferences').map(owner => textAt(owner, 'uid'))
    for (const uid of new Set(owners)) push(children, uid, object)
  }
  return children
}

function indexEvents(events: KubeObject[]): Map<string, EventFact[]> {
  const index = new Map<string, EventFact[]>()
  for (const event of events.filter(isFields) as KubeObject[]) {
    push(index, nameKey(event['involvedObject']), factOf(event))
  }
  for (const facts of index.values()) facts.sort((a, b) => b.time - a.time)
  return index
}

function factOf(event: KubeObject): EventFact {
  return {
    reason: clean(textAt(event, 'reason')),
    message: clean(textAt(event, 'message')),
    isWarning: textAt(event, 'type') === 'Warning',
    count: Math.max(1, numberAt(event, 'count'), numberAt(event, 'series', 'count')),
    time: timeOf(event),
    container: /\{(.+)\}$/.exec(textAt(event, 'involvedObject', 'fieldPath'))?.[1] ?? '',
    uid: textAt(event, 'involvedObject', 'uid'),
  }
}

/** The scheduler writes events of the newer API: they have `eventTime` and `series`, and null in the older fields. */
function timeOf(event: KubeObject): number {
  const times = [
    timeAt(event, 'series', 'lastObservedTime'),
    timeAt(event, 'lastTimestamp'),
    timeAt(event, 'eventTime'),
    timeAt(event, 'firstTimestamp'),
    timeAt(event, 'metadata', 'creationTimestamp'),
  ]
  return times.find(time => time !== undefined) ?? 0
}

const pullEvent = /^Failed to pull image "([^"]+)": (.+)$/s

/** One pod may only say that it backs off, while another one of the same image still has the reason. */
function indexPullAnswers(events: KubeObject[], objects: KubeObject[]): Map<string, string> {
  const answers = new Map<string, string>()
  for (const object of objects.filter(one => textAt(one, 'kind') === 'Pod')) {
    for (const status of listAt(object, 'status', 'containerStatuses')) {
      if (textAt(status, 'state', 'waiting', 'reason') !== 'ErrImagePull') continue
      const place = `${textAt(object, 'metadata', 'namespace')} ${textAt(status, 'image')}`
      answers.set(place, textAt(status, 'state', 'waiting', 'message'))
    }
  }
  const failures = events.filter(event => textAt(event, 'reason') === 'Failed')
  for (const event of failures.sort((a, b) => timeOf(a) - timeOf(b))) {
    const [, image, answer] = pullEvent.exec(textAt(event, 'message')) ?? []
    if (image && answer) answers.set(`${textAt(event, 'involvedObject', 'namespace')} ${image}`, answer)
  }
  return answers
}

function nameKey(object: unknown): string {
  return `${textAt(object, 'kind')}/${textAt(object, 'namespace')}/${textAt(object, 'name')}`
}

function push<Value>(map: Map<string, Value[]>, key: string, value: Value): void {
  const values = map.get(key)
  if (values) values.push(value)
  else map.set(key, [value])
}
