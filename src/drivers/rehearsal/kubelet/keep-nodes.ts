import pLimit from 'p-limit'
import type { Context } from '../../../context.js'
import { ApiError, type KubeApi } from '../../../kube/api.js'
import { formatLease, formatNode, formatNodeStatus, type Node, type NodeFacts, planNodes } from './node.js'
import { nodeNames } from './node-name.js'
import { followOutage } from './outage.js'

type Api = Pick<KubeApi, 'request'>
type NodesContext = Pick<Context, 'today' | 'sleep' | 'output'> & { signal: AbortSignal }

export interface NodesWanted {
  count: number
  /** Where the logs of containers are served. */
  port: number
  hostIP: string
}

/** A quarter of what the lease lasts, as kubelets do it. */
const beat = 10_000
const leases = '/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases'

/** Makes the nodes, and keeps them Ready until the signal is aborted; throws its reason then. */
export async function keepNodes(api: Api, wanted: NodesWanted, ctx: NodesContext): Promise<never> {
  const outage = followOutage('Keeping nodes', ctx)
  let version: string | undefined
  for (;;) {
    let pause = beat
    try {
      version ??= (await api.request<{ gitVersion: string }>('GET', '/version', ctx)).gitVersion
      await keepOnce(api, wanted, version, ctx)
      outage.over()
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      pause = outage.failed(error)
    }
    await ctx.sleep(pause, ctx.signal)
  }
}

async function keepOnce(
  api: Api,
  { count, port, hostIP }: NodesWanted,
  version: string,
  { signal, today }: NodesContext,
): Promise<void> {
  // From the server's memory: that costs it next to nothing, and the next beat sees what this one misses.
  const query = { resourceVersion: '0' }
  const { items } = await api.request<{ items: Node[] }>('GET', '/api/v1/nodes', { query, signal })
  const uids = new Map(items.map(({ metadata }) => [metadata.name, metadata.uid]))
  const facts = (): NodeFacts => ({ port, hostIP, version, now: today().getTime() })
  const { create, mend, remove } = planNodes(items, { count, port })
  const limit = pLimit(8)
  const each = (names: string[], act: (name: string) => Promise<unknown>) =>
    Promise.all(names.map(name => limit(() => act(name))))
  await each(create, async name =>
    uids.set(name, (await createNode(api, formatNode(name, facts()), signal)).metadata.uid),
  )
  await each(mend, name => patchStatus(api, name, formatNodeStatus(name, facts()), signal))
  await each(remove, name =>
    api.request('DELETE', `/api/v1/nodes/${name}`, { signal }).catch(unless(404, undefined)),
  )
  await each(nodeNames(count), name => renewLease(api, name, uids.get(name)!, today().getTime(), signal))
}

/** A node may be there though the list did not have it yet. */
async function createNode(api: Api, body: Record<string, unknown>, signal: AbortSignal): Promise<Node> {
  const { name } = body.metadata as { name: string }
  const created = await api
    .request<Node>('POST', '/api/v1/nodes', { body, signal })
    .catch(unless(409, undefined))
  return created ?? patchStatus(api, name, body.status, signal)
}

function patchStatus(api: Api, name: string, status: unknown, signal: AbortSignal): Promise<Node> {
  return api.request('PATCH', `/api/v1/nodes/${name}/status`, {
    contentType: 'application/strategic-merge-patch+json',
    body: { status },
    signal,
  })
}

async function renewLease(
  api: Api,
  name: string,
  uid: string,
  now: number,
  signal: AbortSignal,
): Promise<void> {
  const spec = formatLease(name, now)
  const renewed = await api
    .request('PATCH', `${leases}/${name}`, {
      contentType: 'application/merge-patch+json',
      body: { spec },
      signal,
    })
    .catch(unless(404, undefined))
  if (renewed) return
  // It goes when its node does.
  const ownerReferences = [{ apiVersion: 'v1', kind: 'Node', name, uid }]
  const body = {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { name, ownerReferences },
    spec,
  }
  await api.request('POST', leases, { body, signal }).catch(unless(409, undefined))
}

/** Takes one answer of the server for a value. */
function unless<Value>(status: number, value: Value): (error: unknown) => Value {
  return error => {
    if (error instanceof ApiError && error.status === status) return value
    throw error
  }
}
