import pLimit from 'p-limit'
import type { Context } from '../../../context.js'
import { ApiError, type KubeApi } from '../../../kube/api.js'
import { createAddresses } from './addresses.js'
import { type Alarm, createAlarm } from './alarm.js'
import { backoff } from './backoff.js'
import { formatEvent, nameOfEvent } from './event.js'
import type { PodListener } from './follow-pods.js'
import { ownerOf } from './node-name.js'
import { type PodPlan, planPod } from './plan-pod.js'
import type { Pod } from './pod.js'

/** A pod in the care of this kubelet. */
interface Charge {
  pod: Pod
  /** When the pod was started, in milliseconds since the epoch. */
  since: number
  podIP: string
  isOrphan: boolean
  /** Whether it waits for its turn, or has it. */
  isBusy: boolean
  failures: number
  /** The names of the events that have been told. */
  told: Set<string>
}

export interface PodKeeper extends PodListener {
  find: (namespace: string, name: string) => Pod | undefined
  run: Alarm['run']
}

export interface KeeperOptions {
  nodes: number
  delay: number
  hostIP: string
  /** Told of what no pod can have done: a bug. */
  onBug: (error: unknown) => void
}

type KeeperContext = Pick<Context, 'now' | 'today' | 'sleep' | 'output'> & { signal: AbortSignal }

/** How many pods are written at the same time. */
const mostWrites = 12
/** Milliseconds until a pod is tried again that the API server has refused to change. */
const afterRefusal = 60_000

/** Does for every pod of its nodes what `planPod` decides, a few at a time. */
export function keepPods(
  api: Pick<KubeApi, 'request'>,
  options: KeeperOptions,
  ctx: KeeperContext,
): PodKeeper {
  const charges = new Map<string, Charge>()
  const addresses = createAddresses()
  const limit = pLimit(mostWrites)
  const alarm = createAlarm(uid => consider(uid), ctx)
  const now = () => ctx.today().getTime()
  const plan = ({ pod, since, podIP, isOrphan }: Charge) =>
    planPod(pod, now(), { since, podIP, isOrphan, delay: options.delay, hostIP: options.hostIP })

  const consider = (uid: string) => {
    const charge = charges.get(uid)
    if (!charge || charge.isBusy) return
    const next = plan(charge)
    if (!next.status && !next.remove) return wait(uid, next)
    charge.isBusy = true
    limit(() => attend(uid, charge)).catch(options.onBug)
  }
  const wait = (uid: string, { again }: PodPlan) =>
    again === undefined ? alarm.clear(uid) : alarm.set(uid, again)

  const attend = async (uid: string, charge: Charge) => {
    try {
      if (charges.get(uid) === charge) await carryOut(api, charge, plan(charge), ctx)
      charge.failures = 0
    } catch (error) {
      if (ctx.signal.aborted) return
      if (!(error instanceof ApiError)) throw error
      charge.failures++
      if (!mayPass(error) && charge.failures === 1) warn(charge.pod, error, ctx)
      alarm.set(uid, mayPass(error) ? backoff(charge.failures) : afterRefusal)
      return
    } finally {
      charge.isBusy = false
    }
    consider(uid)
  }

  const take = (pod: Pod): Charge | undefined => {
    const owner = ownerOf(pod.spec.nodeName, options.nodes)
    if (owner === 'other') return undefined
    const { startTime, podIP } = pod.status ?? {}
    if (podIP) addresses.keep(podIP)
    return {
      pod,
      since: startTime ? Date.parse(startTime) : now(),
      podIP: podIP || addresses.take(),
      isOrphan: owner === 'gone',
      isBusy: false,
      failures: 0,
      told: new Set(),
    }
  }
  const put = (pod: Pod) => {
    const { uid } = pod.metadata
    const charge = charges.get(uid) ?? take(pod)
    if (!charge) return
    charge.pod = pod
    charges.set(uid, charge)
    consider(uid)
  }
  const changed = (pod: Pod) => {
    // The answer to a patch may be here before the watch tells what was there before it.
    const known = charges.get(pod.metadata.uid)?.pod
    if (!known || !isOlder(pod, known)) put(pod)
  }
  const forget = (uid: string) => {
    const charge = charges.get(uid)
    if (!charge) return
    addresses.release(charge.podIP)
    charges.delete(uid)
    alarm.clear(uid)
  }
  return {
    all: pods => {
      const present = new Set(pods.map(pod => pod.metadata.uid))
      for (const uid of [...charges.keys()]) if (!present.has(uid)) forget(uid)
      // What has an address keeps it: those without one come last.
      for (const pod of [...pods].sort((a, b) => Number(!a.status?.podIP) - Number(!b.status?.podIP)))
        put(pod)
    },
    changed,
    gone: pod => forget(pod.metadata.uid),
    find: (namespace, name) =>
      [...charges.values()]
        .map(({ pod }) => pod)
        .find(({ metadata }) => metadata.namespace === namespace && metadata.name === name),
    run: alarm.run,
  }
}

function isOlder({ metadata: one }: Pod, { metadata: other }: Pod): boolean {
  return Number(one.resourceVersion) < Number(other.resourceVersion)
}

/** Whether it is worth trying again soon. A pod that is not found is gone, which the watch is about to tell. */
function mayPass({ status }: ApiError): boolean {
  return status === 0 || status === 404 || status === 409 || status === 429 || status >= 500
}

function warn(
  { metadata: { namespace, name } }: Pod,
  error: ApiError,
  { output }: Pick<Context, 'output'>,
): void {
  output.event({ type: 'warning', message: `Pod ${namespace}/${name} cannot be written: ${error.message}.` })
}

/** Writes the status first: an event tells of what can be seen already. */
async function carryOut(
  api: Pick<KubeApi, 'request'>,
  charge: Charge,
  { status, events, remove }: PodPlan,
  { signal, today }: Pick<KeeperContext, 'signal' | 'today'>,
): Promise<void> {
  const { name, namespace, uid } = charge.pod.metadata
  const pods = `/api/v1/namespaces/${namespace}/pods/${name}`
  if (status) {
    charge.pod = await api.request<Pod>('PATCH', `${pods}/status`, {
      contentType: 'application/strategic-merge-patch+json',
      body: { metadata: { uid }, status },
      signal,
    })
  }
  for (const event of events) {
    const id = nameOfEvent(charge.pod, event)
    if (charge.told.has(id)) continue
    charge.told.add(id)
    const body = formatEvent(charge.pod, event, today().getTime())
    await api.request('POST', `/api/v1/namespaces/${namespace}/events`, { body, signal }).catch(ignoreRefusal)
  }
  if (remove) {
    const body = { apiVersion: 'v1', kind: 'DeleteOptions', gracePeriodSeconds: 0, preconditions: { uid } }
    await api.request('DELETE', pods, { body, signal })
    // A finalizer may hold it still; it is not to be deleted once more.
    const { metadata } = charge.pod
    charge.pod = {
      ...charge.pod,
      metadata: {
        ...metadata,
        deletionTimestamp: metadata.deletionTimestamp ?? '',
        deletionGracePeriodSeconds: 0,
      },
    }
  }
}

/** An event is told when that is possible; a namespace that is being deleted takes none. */
function ignoreRefusal(error: unknown): void {
  if (!(error instanceof ApiError)) throw error
}
