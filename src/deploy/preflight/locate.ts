import { LoError, type Problem } from '../../errors.js'
import { ApiError } from '../../kube/api.js'
import { showId } from '../../kube/object.js'
import { getOptional } from '../apply/look-up.js'
import { customKindOf, isDefinition } from '../artifact/custom-kind.js'
import { inNamespace, type Manifest } from '../artifact/manifest.js'
import { withEncodedData } from '../artifact/secret.js'
import type { Connection } from '../connection.js'
import { isBuiltInGroup } from './built-in-group.js'

export interface Located {
  /** As given, each with its namespace now; what stands outside of namespaces has none. */
  manifests: Manifest[]
  /** Namespaces that are used, are not there to stay, and are in none of the manifests. */
  missingNamespaces: MissingNamespace[]
  /** Objects of kinds that neither the cluster nor a definition among the manifests has. */
  unknown: Manifest[]
}

export interface MissingNamespace {
  name: string
  /** It is still there, but is being deleted: nothing can be made in it any more. */
  isLeaving: boolean
}

/** Finds out which kinds stand in namespaces, and what is used and not there. */
export async function locate(
  manifests: readonly Manifest[],
  namespace: string,
  { api, resources }: Pick<Connection, 'api' | 'resources'>,
  signal: AbortSignal,
): Promise<Located> {
  const brought = new Map(
    manifests.filter(isDefinition).flatMap(manifest => {
      const kind = customKindOf(manifest)
      return kind ? [[`${kind.group}/${kind.kind}`, kind.isNamespaced]] : []
    }),
  )
  const isNamespaced = async ({ apiVersion, id }: Manifest): Promise<boolean | undefined> => {
    const resource = await resources.find({ apiVersion, kind: id.kind })
    return resource?.isNamespaced ?? brought.get(`${id.group}/${id.kind}`)
  }
  const scopes = await Promise.all(manifests.map(isNamespaced))
  const unknown = manifests.filter((_, index) => scopes[index] === undefined)
  const located = manifests.map((manifest, index) => {
    if (scopes[index] === false) return outsideOfNamespaces(manifest)
    // Most kinds stand in one, and a kind that is not known yet cannot be asked.
    return withEncodedData(inNamespace(manifest, namespace))
  })
  return { manifests: located, missingNamespaces: await findMissing(located, api, signal), unknown }
}

const workloadKinds = [
  'apps/Deployment',
  'apps/StatefulSet',
  'apps/DaemonSet',
  'batch/Job',
  'batch/CronJob',
  '/Pod',
]

/**
 * Of objects whose kind is unknown, those whose kind will stay so. A workload among all manifests may bring any kind
 * later, as operators do, and such a kind is waited for; Kubernetes' own kinds come with the API server or never.
 */
export function findHopeless(unknown: readonly Manifest[], all: readonly Manifest[]): Manifest[] {
  return all.some(isWorkload) ? unknown.filter(({ id }) => isBuiltInGroup(id.group)) : [...unknown]
}

const isWorkload = ({ id: { group, kind } }: Manifest) => workloadKinds.includes(`${group}/${kind}`)

function outsideOfNamespaces(manifest: Manifest): Manifest {
  const { namespace: _none, ...id } = manifest.id
  return { ...manifest, id }
}

/** The error for objects of kinds that nothing brings. */
export function unknownKinds(manifests: readonly Manifest[]): LoError {
  const problems: Problem[] = manifests.map(({ apiVersion, id, file, line }) => ({
    file,
    line,
    message: `${showId(id)}: the cluster knows no kind ${id.kind} of ${apiVersion}`,
  }))
  return new LoError('DEPLOY_REFUSED', 'There are objects of kinds that the cluster does not know.', {
    problems,
    hint: 'Add the CustomResourceDefinition to a target, or install what brings it first. Nothing has been applied.',
  })
}

async function findMissing(
  manifests: readonly Manifest[],
  api: Connection['api'],
  signal: AbortSignal,
): Promise<MissingNamespace[]> {
  const isNamespace = ({ id: { group, kind } }: Manifest) => group === '' && kind === 'Namespace'
  const brought = new Set(manifests.filter(isNamespace).map(({ id }) => id.name))
  const used = new Set(manifests.flatMap(({ id }) => id.namespace ?? []))
  const wanted = [...used].filter(name => !brought.has(name)).sort()
  const states = await Promise.all(wanted.map(name => stateOf(api, name, signal)))
  return wanted.flatMap((name, index) => {
    const state = states[index]
    return state === 'there' ? [] : [{ name, isLeaving: state === 'leaving' }]
  })
}

/** Whether the cluster has a namespace to make something in; whoever may not look is told by the apply. */
export async function hasNamespace(
  api: Connection['api'],
  name: string,
  signal: AbortSignal,
): Promise<boolean> {
  return (await stateOf(api, name, signal)) === 'there'
}

async function stateOf(
  api: Connection['api'],
  name: string,
  signal: AbortSignal,
): Promise<'there' | 'leaving' | 'missing'> {
  try {
    const found = await getOptional(() =>
      api.request('GET', `/api/v1/namespaces/${encodeURIComponent(name)}`, { signal }),
    )
    if (!found) return 'missing'
    return found.metadata.deletionTimestamp ? 'leaving' : 'there'
  } catch (error) {
    if (error instanceof ApiError && error.status === 403) return 'there'
    throw error
  }
}

/** The error for namespaces that neither the cluster nor a target has. */
export function missingNamespaces(
  missing: readonly MissingNamespace[],
  manifests: readonly Manifest[],
): LoError {
  const listed = (isMeant: boolean) =>
    missing.filter(({ isLeaving }) => isLeaving === isMeant).map(({ name }) => name)
  const [gone, leaving] = [listed(false).join(', '), listed(true).join(', ')]
  const said = [
    ...(gone ? [`There is no namespace ${gone}.`] : []),
    ...(leaving ? [`The namespace ${leaving} is being deleted.`] : []),
  ]
  return new LoError('DEPLOY_REFUSED', said.join(' '), {
    problems: missing.map(({ name }) => {
      const { id, file, line } = manifests.find(({ id }) => id.namespace === name)!
      return { file, line, message: `${showId(id)} needs the namespace ${name}` }
    }),
    hint: 'Add the Namespace to a target. Nothing has been applied.',
  })
}
