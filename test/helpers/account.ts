import { readFileSync } from 'node:fs'
import { parse, stringify } from 'yaml'
import type { KubeApi } from '../../src/kube/api.js'
import { createIn } from './api-objects.js'
import type { TestCluster } from './cluster.js'

/** A rule of a Role, such as `['apps', ['deployments'], ['get', 'patch']]`; with names at the end where it is limited. */
export type Rule = [group: string, resources: string[], verbs: string[], names?: string[]]

interface Place {
  api: KubeApi
  namespace: string
}

/** A kubeconfig of a ServiceAccount of this namespace, which may do there what the rules say, and nothing elsewhere. */
export async function makeAccount(
  { cluster, ...place }: Place & { cluster: TestCluster },
  rules: readonly Rule[],
): Promise<string> {
  const create = createIn(place)
  await create('/api/v1', 'serviceaccounts', { metadata: { name: 'deployer' } })
  await allow(place, rules)
  const { status } = await create('/api/v1', 'serviceaccounts/deployer/token', {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'TokenRequest',
    spec: { audiences: [] },
  })
  const config = parse(readFileSync(cluster.kubeconfig, 'utf8'))
  config.users[0].user = { token: status?.['token'] }
  return stringify(config)
}

/** Gives the account of a namespace, by default this one, rights here. */
export async function allow(place: Place, rules: readonly Rule[], owner = place.namespace): Promise<void> {
  const create = createIn(place)
  const group = 'rbac.authorization.k8s.io'
  await create(`/apis/${group}/v1`, 'roles', {
    metadata: { name: 'deployer' },
    rules: rules.map(([apiGroup, resources, verbs, resourceNames]) => ({
      apiGroups: [apiGroup],
      resources,
      verbs,
      ...(resourceNames && { resourceNames }),
    })),
  })
  await create(`/apis/${group}/v1`, 'rolebindings', {
    metadata: { name: 'deployer' },
    roleRef: { apiGroup: group, kind: 'Role', name: 'deployer' },
    subjects: [{ kind: 'ServiceAccount', name: 'deployer', namespace: owner }],
  })
}
