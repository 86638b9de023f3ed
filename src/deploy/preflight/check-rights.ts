import { LoError } from '../../errors.js'
import { ApiError } from '../../kube/api.js'
import { objectPath, type Resource } from '../../kube/resources.js'
import { getOptional, mostGets } from '../apply/look-up.js'
import type { Manifest } from '../artifact/manifest.js'
import type { Connection } from '../connection.js'
import { isWatched } from '../health/index.js'

type WaitedFor = 'all' | 'target' | 'none'

interface Right {
  verb: string
  group: string
  resource: string
  namespace?: string
  name?: string
}

/** A right, and the objects it is needed for: none when it is about all there are. */
interface Wanted {
  right: Right
  objects: { manifest: Manifest; resource: Resource }[]
}

/** Throws `CLUSTER_REFUSED` when a right is missing for something that is planned. */
export async function checkRights(
  manifests: readonly Manifest[],
  wait: WaitedFor,
  { api, resources }: Pick<Connection, 'api' | 'resources'>,
  signal: AbortSignal,
): Promise<void> {
  const isAllowed = (right: Right) => ask(right, api, signal)
  if (await isAllowed({ verb: '*', group: '*', resource: '*' })) return
  const wanted = new Map<string, Wanted>()
  const want = (right: Right, ...objects: Wanted['objects']) => {
    const key = JSON.stringify(right)
    const before = wanted.get(key)?.objects ?? []
    wanted.set(key, { right, objects: [...before, ...objects] })
  }
  for (const manifest of manifests) {
    const { apiVersion, id } = manifest
    const resource = await resources.find({ apiVersion, kind: id.kind })
    if (!resource) continue
    for (const right of rightsFor(resource, id, wait)) want(right, { manifest, resource })
  }
  if (wait === 'all')
    for (const verb of ['list', 'watch']) want({ verb, group: 'apps', resource: 'deployments' })
  const all = [...wanted.values()]
  const answers = await Promise.all(
    all.map(async one => (await isAllowed(one.right)) || isNeedless(one, wait, isAllowed, api, signal)),
  )
  const missing = all.filter((_, index) => !answers[index])
  if (missing.length > 0) throw missingRights(missing, api)
}

function rightsFor({ plural }: Resource, id: Manifest['id'], wait: WaitedFor): Right[] {
  const { group, namespace } = id
  const place = { group, resource: plural, ...(namespace !== undefined && { namespace }) }
  const watch = isFollowed(id, wait) ? ['watch'] : []
  return ['get', 'list', 'create', 'patch', ...watch].map(verb => ({ verb, ...place }))
}

const isFollowed = (id: Manifest['id'], wait: WaitedFor) => wait !== 'none' && isWatched(id)

/** More objects than these are not looked at one by one. */
const mostObjects = 20

/**
 * A right may be given for single names; what is there already need not be created, and a few objects that nobody
 * follows need not be listed.
 */
async function isNeedless(
  { right, objects }: Wanted,
  wait: WaitedFor,
  isAllowed: (right: Right) => Promise<boolean>,
  api: Connection['api'],
  signal: AbortSignal,
): Promise<boolean> {
  if (objects.length === 0 || objects.length > mostObjects) return false
  if (right.verb === 'get' || right.verb === 'patch') {
    const answers = await Promise.all(
      objects.map(({ manifest }) => isAllowed({ ...right, name: manifest.id.name })),
    )
    return answers.every(Boolean)
  }
  if (right.verb === 'list') {
    return objects.length <= mostGets && !objects.some(({ manifest }) => isFollowed(manifest.id, wait))
  }
  if (right.verb !== 'create') return false
  const found = await Promise.all(
    objects.map(({ manifest, resource }) => exists(objectPath(resource, manifest.id), api, signal)),
  )
  return found.every(Boolean)
}

async function exists(path: string, api: Connection['api'], signal: AbortSignal): Promise<boolean> {
  try {
    return (await getOptional(() => api.request('GET', path, { signal }))) !== undefined
  } catch (error) {
    if (error instanceof ApiError && error.status === 403) return false
    throw error
  }
}

/** Whoever may not even ask is told by the apply. */
async function ask(right: Right, api: Connection['api'], signal: AbortSignal): Promise<boolean> {
  const path = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews'
  const body = {
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SelfSubjectAccessReview',
    spec: { resourceAttributes: right },
  }
  try {
    const { status } = await api.request<{ status?: { allowed?: boolean } }>('POST', path, { body, signal })
    return status?.allowed === true
  } catch (error) {
    if (error instanceof ApiError && error.status === 403) return true
    throw error
  }
}

function missingRights(missing: readonly Wanted[], { server, context }: Connection['api']): LoError {
  const lines = missing.map(({ right: { verb, group, resource, namespace }, objects }) => {
    const what = `${verb} ${resource}${group && `.${group}`}`
    if (namespace !== undefined) return `${what} in the namespace ${namespace}`
    return objects.length === 0 ? `${what} in all namespaces` : what
  })
  return new LoError('CLUSTER_REFUSED', `Rights are missing for this deploy to ${server}.`, {
    detail: [`context ${context} may not:`, ...lines].join('\n'),
    hint: missing.every(({ objects }) => objects.length === 0)
      ? 'Use --wait target to wait for the objects of this deploy alone, or ask for the rights. Nothing has been applied.'
      : 'Ask for these rights, or use another --context. Nothing has been applied.',
  })
}
