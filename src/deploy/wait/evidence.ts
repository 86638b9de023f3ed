import type { Context } from '../../context.js'
import { ApiError } from '../../kube/api.js'
import { follow } from '../../kube/follow.js'
import { type KubeObject, withoutManagers } from '../../kube/object.js'
import { persist } from '../../kube/persist.js'
import type { Connection } from '../connection.js'
import type { Evidence } from '../why/cause.js'

/** Pods, what makes them, and events, of the namespaces in which something is not healthy: kept up to date. */
export interface EvidenceKeeper {
  /** Follows these namespaces too from now on. */
  cover: (namespaces: Iterable<string>, hasCustomKinds: boolean) => void
  /** Whether all that is followed has been listed, and something is. */
  isLoaded: () => boolean
  get: () => Pick<Evidence, 'related' | 'events'>
}

const event = { apiVersion: 'v1', kind: 'Event' }
const makers = [
  { apiVersion: 'v1', kind: 'Pod' },
  { apiVersion: 'apps/v1', kind: 'ReplicaSet' },
]
/** What may stand between a custom resource and its pods. */
const moreMakers = [
  { apiVersion: 'apps/v1', kind: 'Deployment' },
  { apiVersion: 'apps/v1', kind: 'StatefulSet' },
  { apiVersion: 'apps/v1', kind: 'DaemonSet' },
  { apiVersion: 'batch/v1', kind: 'Job' },
]

/** When more namespaces than this come at once, all are followed in one, and the rest is left out. */
const mostNamespaces = 3
/** What goes as it should tells nothing, and makes up most of what a namespace hears. */
const goodNews = [
  'ScalingReplicaSet',
  'SuccessfulCreate',
  'SuccessfulDelete',
  'Scheduled',
  'Pulling',
  'Pulled',
  'Created',
  'Started',
]
const noGoodNews = goodNews.map(reason => `reason!=${reason}`).join(',')
/** The newest say most; a namespace may hold many thousands. */
const mostEvents = 3000

export function keepEvidence(
  { api, resources }: Pick<Connection, 'api' | 'resources'>,
  { now, sleep }: Pick<Context, 'now' | 'sleep'>,
  signal: AbortSignal,
  onChange: () => void,
): EvidenceKeeper {
  const covered = new Set<string>()
  const followed = new Set<string>()
  const open = new Set<string>()
  const related = new Map<string, KubeObject>()
  const events = new Map<string, KubeObject>()

  const start = async (type: { apiVersion: string; kind: string }, namespace: string | undefined) => {
    const key = `${type.kind} ${namespace ?? ''}`
    if (followed.has(key)) return
    followed.add(key)
    open.add(key)
    const patience = { deadline: Number.POSITIVE_INFINITY, now, sleep, signal }
    const find = () => resources.find(type)
    const resource = await persist(find, patience).finally(() => open.delete(key))
    if (!resource) return
    open.add(key)
    const store = type.kind === 'Event' ? events : related
    const put = (object: KubeObject) => {
      store.set(object.metadata.uid ?? '', object)
      if (store === events && events.size > mostEvents) events.delete(events.keys().next().value!)
    }
    await follow({
      api,
      resource,
      ...(namespace !== undefined && { namespace }),
      ...(store === events && { fieldSelector: noGoodNews }),
      take: object => (covered.has(object.metadata.namespace ?? '') ? withoutManagers(object) : undefined),
      onList: objects => {
        for (const [uid, object] of store) {
          if (object.kind === type.kind && (!namespace || object.metadata.namespace === namespace))
            store.delete(uid)
        }
        for (const object of objects) put(object)
        open.delete(key)
        onChange()
      },
      onChange: (object, isGone) => {
        if (isGone) store.delete(object.metadata.uid ?? '')
        else put(object)
        onChange()
      },
      sleep,
      signal,
    }).finally(() => {
      open.delete(key)
      onChange()
    })
  }

  return {
    cover: (namespaces, hasCustomKinds) => {
      const fresh = [...namespaces].filter(namespace => !covered.has(namespace))
      for (const namespace of fresh) covered.add(namespace)
      const places = fresh.length > mostNamespaces ? [undefined] : [...covered]
      const types = [...makers, ...(hasCustomKinds ? moreMakers : []), event]
      // Whoever may not see these gets explanations that say less.
      for (const type of types) for (const place of places) start(type, place).catch(ignoreApi(signal))
    },
    isLoaded: () => followed.size > 0 && open.size === 0,
    get: () => ({ related: [...related.values()], events: [...events.values()] }),
  }
}

function ignoreApi(signal: AbortSignal) {
  return (error: unknown) => {
    if (!signal.aborted && !(error instanceof ApiError)) throw error
  }
}
