import { LoError } from '../../errors.js'
import type { Resource } from '../../kube/resources.js'
import type { Manifest } from '../artifact/manifest.js'
import type { Connection } from '../connection.js'

interface Right {
  verb: string
  group: string
  resource: string
  namespace?: string
}

/** Throws `CLUSTER_REFUSED` when a right is missing for something that is planned. */
export async function checkRights(
  manifests: readonly Manifest[],
  { watchesDeployments }: { watchesDeployments: boolean },
  { api, resources }: Pick<Connection, 'api' | 'resources'>,
  signal: AbortSignal,
): Promise<void> {
  if (await isAllowed({ verb: '*', group: '*', resource: '*' }, api, signal)) return
  const rights = new Map<string, Right>()
  for (const { apiVersion, id } of manifests) {
    const resource = await resources.find({ apiVersion, kind: id.kind })
    if (resource) for (const right of rightsFor(resource, id)) rights.set(JSON.stringify(right), right)
  }
  if (watchesDeployments) {
    for (const verb of ['list', 'watch']) {
      const right = { verb, group: 'apps', resource: 'deployments' }
      rights.set(JSON.stringify(right), right)
    }
  }
  const asked = [...rights.values()]
  const answers = await Promise.all(asked.map(right => isAllowed(right, api, signal)))
  const missing = asked.filter((_, index) => !answers[index])
  if (missing.length > 0) throw missingRights(missing, api)
}

function rightsFor({ plural }: Resource, { group, namespace }: Manifest['id']): Right[] {
  const place = { group, resource: plural, ...(namespace !== undefined && { namespace }) }
  return ['get', 'list', 'create', 'patch'].map(verb => ({ verb, ...place }))
}

async function isAllowed(right: Right, api: Connection['api'], signal: AbortSignal): Promise<boolean> {
  const { status } = await api.request<{ status?: { allowed?: boolean } }>(
    'POST',
    '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
    {
      body: {
        apiVersion: 'authorization.k8s.io/v1',
        kind: 'SelfSubjectAccessReview',
        spec: { resourceAttributes: right },
      },
      signal,
    },
  )
  return status?.allowed === true
}

function missingRights(missing: Right[], { server, context }: Connection['api']): LoError {
  const isHealth = ({ verb, group, resource, namespace }: Right) =>
    ['list', 'watch'].includes(verb) &&
    group === 'apps' &&
    resource === 'deployments' &&
    namespace === undefined
  const lines = missing.map(({ verb, group, resource, namespace }) => {
    const what = `${verb} ${resource}${group && `.${group}`}`
    return `${what} ${namespace === undefined ? 'in all namespaces' : `in the namespace ${namespace}`}`
  })
  return new LoError('CLUSTER_REFUSED', `Rights are missing for this deploy to ${server}.`, {
    detail: [`context ${context} may not:`, ...lines].join('\n'),
    hint: missing.every(isHealth)
      ? 'Use --wait target to wait for the objects of this deploy alone, or ask for the rights. Nothing has been applied.'
      : 'Ask for these rights, or use another --context. Nothing has been applied.',
  })
}
