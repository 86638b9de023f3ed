import type { KubeApi } from '../../src/kube/api.js'
import type { KubeObject } from '../../src/kube/object.js'

/** Makes objects of a namespace, as somebody who is not `lo`: at `/api/v1` or `/apis/<group>/<version>`. */
export function createIn({ api, namespace }: { api: KubeApi; namespace: string }) {
  return (root: string, resource: string, body: Record<string, unknown>) =>
    api.request('POST', `${root}/namespaces/${namespace}/${resource}`, { body })
}

interface Resources {
  resources: { name: string; kind: string; verbs: string[] }[]
}

/** What changes by itself, without anybody having a wish: nodes report their health. */
const restless = ['events', 'leases', 'nodes']

/** What there is in a cluster, each with its version: all that a deploy could change. Waits until nothing moves. */
export async function settledVersions(api: KubeApi): Promise<Record<string, string>> {
  let before = await readVersions(api)
  for (let round = 0; round < 100; round++) {
    await new Promise(resolve => setTimeout(resolve, 300))
    const now = await readVersions(api)
    if (JSON.stringify(now) === JSON.stringify(before)) return now
    before = now
  }
  throw new Error('the cluster does not come to rest')
}

async function readVersions(api: KubeApi): Promise<Record<string, string>> {
  const { groups } = await api.request<{ groups: { versions: { groupVersion: string }[] }[] }>('GET', '/apis')
  const roots = ['/api/v1', ...groups.map(({ versions }) => `/apis/${versions[0]!.groupVersion}`)]
  const lists = await Promise.all(roots.map(root => readGroup(api, root)))
  return Object.fromEntries(lists.flat().sort())
}

async function readGroup(api: KubeApi, root: string): Promise<[string, string][]> {
  const { resources } = await api.request<Resources>('GET', root)
  const listed = resources.filter(({ name, verbs }) => verbs.includes('list') && !restless.includes(name))
  const lists = listed.map(async ({ name }) => {
    const { items } = await api.request<{ items: KubeObject[] }>('GET', `${root}/${name}`)
    return items.map(({ metadata }): [string, string] => [
      `${name} ${metadata.namespace ?? ''}/${metadata.name}`,
      metadata.resourceVersion ?? '',
    ])
  })
  return (await Promise.all(lists)).flat()
}
