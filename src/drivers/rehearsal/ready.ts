import { connect as connectTo } from 'node:net'
import { ApiError, type KubeApi } from '../../kube/api.js'
import { follow } from '../../kube/follow.js'
import type { KubeObject } from '../../kube/object.js'
import type { Resource } from '../../kube/resources.js'
import { minorOf } from './release.js'
import type { Ready, WaitContext } from './wait.js'

/** Somebody listens on this port of loopback. */
export function isListening(port: number): Ready {
  return ctx => poll(() => canConnect(port), 20, ctx)
}

function canConnect(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const socket = connectTo(port, '127.0.0.1')
    const end = (answer: boolean) => {
      socket.destroy()
      resolve(answer)
    }
    socket.once('connect', () => end(true))
    socket.once('error', () => end(false))
  })
}

/** The API server answers, be it only that it is not ready. It takes connections long before. */
export function isServing(api: KubeApi): Ready {
  return ctx => poll(async () => (await statusOf(api, ctx)) > 0, 50, ctx)
}

/** The API server says that it is ready. */
export function isApiReady(api: KubeApi): Ready {
  return ctx => poll(async () => (await statusOf(api, ctx)) === 200, 50, ctx)
}

const soon = 3000

/** The HTTP status of its readiness; 0 when it does not answer. */
async function statusOf(api: KubeApi, { signal }: WaitContext): Promise<number> {
  try {
    await api.text('/readyz', { timeout: soon, signal })
    return 200
  } catch (error) {
    if (error instanceof ApiError) return error.status
    throw error
  }
}

async function poll(isSo: () => Promise<boolean>, pause: number, ctx: WaitContext): Promise<void> {
  while (!(await isSo())) await ctx.sleep(pause, ctx.signal)
}

const serviceAccounts: Resource = {
  apiVersion: 'v1',
  kind: 'ServiceAccount',
  plural: 'serviceaccounts',
  isNamespaced: true,
}
const nodes: Resource = { apiVersion: 'v1', kind: 'Node', plural: 'nodes', isNamespaced: false }

/**
 * Pods of the default namespace are accepted: that takes the controllers. Before 1.24 it takes a token too, which is
 * made after the account. https://kubernetes.io/docs/concepts/configuration/secret/#serviceaccount-token-secrets
 */
export function canMakePods(api: KubeApi, version: string): Ready {
  const takesToken = (minorOf(version) ?? Number.POSITIVE_INFINITY) < 24
  const isUsable = ({ secrets }: KubeObject) => !takesToken || (Array.isArray(secrets) && secrets.length > 0)
  const options = {
    api,
    resource: serviceAccounts,
    namespace: 'default',
    fieldSelector: 'metadata.name=default',
  }
  return ctx => followUntil(options, accounts => accounts.some(isUsable), ctx)
}

/** There are exactly so many nodes, all of them ready. */
export function areNodesReady(api: KubeApi, count: number): Ready {
  const isReady = (all: KubeObject[]) => all.length === count && all.every(isNodeReady)
  return ctx => followUntil({ api, resource: nodes }, isReady, ctx)
}

function isNodeReady({ status }: KubeObject): boolean {
  const conditions = (status?.conditions ?? []) as { type: string; status: string }[]
  return conditions.some(({ type, status }) => type === 'Ready' && status === 'True')
}

/** Follows the objects of a kind until they are as they should be. */
async function followUntil(
  options: { api: KubeApi; resource: Resource; namespace?: string; fieldSelector?: string },
  areDone: (objects: KubeObject[]) => boolean,
  ctx: WaitContext,
): Promise<void> {
  const done = new AbortController()
  const objects = new Map<string, KubeObject>()
  const look = () => {
    if (areDone([...objects.values()])) done.abort()
  }
  const following = follow({
    ...options,
    ...ctx,
    signal: AbortSignal.any([ctx.signal, done.signal]),
    onList: listed => {
      objects.clear()
      for (const object of listed) objects.set(object.metadata.name, object)
      look()
    },
    onChange: (object, isGone) => {
      if (isGone) objects.delete(object.metadata.name)
      else objects.set(object.metadata.name, object)
      look()
    },
  })
  await following.catch(error => {
    if (!done.signal.aborted) throw error
  })
}
