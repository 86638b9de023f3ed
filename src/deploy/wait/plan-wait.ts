import { groupOf, idOf, type KubeObject, keyOf, withoutManagers } from '../../kube/object.js'
import type { Manifest } from '../artifact/manifest.js'
import type { Cause } from '../why/cause.js'
import type { Awaited, Place } from './health-board.js'

/** Objects of one kind that are followed with one list and one watch. */
export interface WatchedPlace extends Place {
  apiVersion: string
  /** Of a place in all namespaces, those that count: to be followed one by one by whoever may not see all. */
  namespaces?: string[]
  /** Leaves out what nobody waits for, so that the size of the cluster does not matter. */
  take: (object: KubeObject) => KubeObject | undefined
}

/** Where to look for the health of these objects: once for each kind, in one namespace when that is enough. */
export function planPlaces(own: readonly Manifest[], includeDeployments: boolean): WatchedPlace[] {
  const kinds = new Map<string, Manifest[]>()
  for (const manifest of own) {
    const key = `${manifest.id.group}/${manifest.id.kind}`
    const others = kinds.get(key)
    if (others) others.push(manifest)
    else kinds.set(key, [manifest])
  }
  const deployments = includeDeployments ? [placeOf('apps/v1', 'Deployment', undefined, withoutManagers)] : []
  const others = [...kinds.values()]
    .filter(([first]) => !(includeDeployments && isDeployment(first!)))
    .map(manifests => {
      const [{ apiVersion, id }] = manifests as [Manifest]
      const namespaces = [...new Set(manifests.flatMap(({ id }) => id.namespace ?? []))]
      const wanted = new Set(manifests.map(({ id }) => keyOf(id)))
      const take = (object: KubeObject) =>
        wanted.has(keyOf(idOf(object))) ? withoutManagers(object) : undefined
      if (namespaces.length === 1) return placeOf(apiVersion, id.kind, id.namespace, take)
      return {
        ...placeOf(apiVersion, id.kind, undefined, take),
        ...(namespaces.length > 1 && { namespaces }),
      }
    })
  return [...deployments, ...others]
}

const isDeployment = ({ id: { group, kind } }: Manifest) => group === 'apps' && kind === 'Deployment'

function placeOf(
  apiVersion: string,
  kind: string,
  namespace: string | undefined,
  take: WatchedPlace['take'],
): WatchedPlace {
  return {
    apiVersion,
    group: groupOf({ apiVersion }),
    kind,
    ...(namespace !== undefined && { namespace }),
    take,
  }
}

/**
 * Whether there is nothing to wait for any more: all are healthy, or one of our own never will be. Foreign objects
 * that cannot heal end the wait only once nothing else is open.
 */
export function hasEnded(
  unhealthy: readonly Awaited[],
  causes: readonly Cause[],
): 'healthy' | 'failed' | undefined {
  if (unhealthy.length === 0) return 'healthy'
  const doomed = new Set(causes.filter(cause => cause.isTerminal).flatMap(cause => cause.owners.map(keyOf)))
  const isDoomed = ({ id, isTerminal }: Awaited) => isTerminal || (doomed.size > 0 && doomed.has(keyOf(id)))
  const isHopeless = unhealthy.some(one => one.isOwn && isDoomed(one)) || unhealthy.every(isDoomed)
  return isHopeless ? 'failed' : undefined
}
