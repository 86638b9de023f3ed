import { existsSync } from 'node:fs'
import type { Context } from '../context.js'
import { LoError } from '../errors.js'
import { ApiError, type KubeApi } from '../kube/api.js'
import { connect } from '../kube/connect.js'
import { listAll } from '../kube/list.js'
import { type KubeObject, keyOf, showId } from '../kube/object.js'
import { collectionPath, createResources, type Resources } from '../kube/resources.js'
import type { DeploySettings } from '../project/deploy-settings.js'
import { lookUp } from './apply/look-up.js'
import type { Manifest } from './artifact/manifest.js'
import { readArtifacts, type TargetArtifact } from './artifact/read-artifact.js'
import { redactSecrets } from './artifact/redact.js'
import { health } from './health/index.js'
import { checkCluster } from './preflight/check-cluster.js'
import { locate } from './preflight/locate.js'
import { readRecord, type TargetRecord, withoutMarks } from './record.js'
import { waitHealthy } from './wait/wait.js'
import { formatCause } from './why/format-cause.js'

export interface StatusRequest
  extends Omit<DeploySettings, 'wait' | 'timeout' | 'filter' | 'createsNamespace'> {
  targets: readonly string[]
}

export interface NodeStatus {
  name: string
  isReady: boolean
  version: string
  message: string
}

export interface TargetStatus {
  target: string
  /** Whether there is an artifact that can be deployed, and if not, why. */
  built: 'yes' | 'no' | 'broken'
  /** Whether the cluster has this artifact, another one, or none. Unknown without a cluster. */
  deployed: 'current' | 'outdated' | 'no' | 'unknown'
  /** What the cluster has. */
  record?: TargetRecord
  /** Of the objects of the artifact, as they are in the cluster now. */
  health?: { all: number; unhealthy: { object: string; message: string }[] }
}

export interface ClusterReport {
  /** Undefined when there is no kubeconfig. */
  server?: string
  version?: string
  /** Why the cluster could not be asked. */
  trouble?: string
  nodes: NodeStatus[]
  targets: TargetStatus[]
  /** Why objects are not healthy, as lines. */
  causes: string[][]
  /** Targets that were deployed, and have no folder any more. */
  orphans: string[]
}

type StatusContext = Pick<Context, 'now' | 'sleep' | 'signal'>

/** What there is of a domain, here and in its cluster. Writes nothing; a cluster that does not answer is a fact too. */
export async function readStatus(request: StatusRequest, ctx: StatusContext): Promise<ClusterReport> {
  const built = request.targets.map(target => readBuilt(target, request))
  const offline = { nodes: [], causes: [], orphans: [], targets: built.map(({ status }) => status) }
  if (!existsSync(request.kubeconfig)) return offline
  const { kubeconfig, context } = request
  const api = await connect(kubeconfig, { now: ctx.now, ...(context !== undefined && { context }) })
  try {
    const { gitVersion } = await api.request<{ gitVersion?: string }>('GET', '/version', {
      timeout: 10_000,
      signal: ctx.signal,
    })
    await checkCluster({ api }, request.clusterDomain, ctx.signal)
    const online = await askCluster(request, built, api, ctx)
    return { ...online, server: api.server, version: gitVersion ?? '' }
  } catch (error) {
    ctx.signal.throwIfAborted()
    if (error instanceof ApiError) return { ...offline, server: api.server, trouble: error.message }
    throw error
  } finally {
    api.close()
  }
}

interface Built {
  status: TargetStatus
  artifact?: TargetArtifact
}

function readBuilt(target: string, request: StatusRequest): Built {
  try {
    const [artifact] = readArtifacts([target], request)
    return { status: { target, built: 'yes', deployed: 'unknown' }, artifact: artifact! }
  } catch (error) {
    if (!(error instanceof LoError)) throw error
    const built = error.code === 'ARTIFACT_MISSING' ? 'no' : 'broken'
    return { status: { target, built, deployed: 'unknown' } }
  }
}

async function askCluster(
  { domain, namespace, targets }: StatusRequest,
  built: readonly Built[],
  api: KubeApi,
  ctx: StatusContext,
): Promise<ClusterReport> {
  const resources = createResources(api, ctx.signal)
  const [nodes, record] = await Promise.all([
    listNodes(api, resources, ctx.signal),
    readRecord(api, domain, ctx.signal),
  ])
  const deployed = built.filter(({ status, artifact }) => artifact && record[status.target])
  const manifests = deployed.flatMap(({ artifact }) => artifact!.manifests)
  const { manifests: located } = await locate(manifests, namespace, { api, resources }, ctx.signal)
  const [seen, report] = await Promise.all([
    lookUp(located, { api, resources }, { signal: ctx.signal }),
    waitHealthy(
      {
        own: located,
        includeDeployments: false,
        isIgnored: () => false,
        deadline: ctx.now(),
        since: api.clock(),
      },
      { api, resources },
      ctx,
      () => {},
    ),
  ])
  const redact = redactSecrets(located)
  const gone = located
    .filter(({ id }) => !seen.has(keyOf(id)))
    .map(({ id }) => ({ id, message: 'is not there' }))
  const unhealthy = new Map(
    [...gone, ...report.unhealthy].map(({ id, message }) => [
      keyOf(id),
      { object: showId(id), message: redact(message) },
    ]),
  )
  const placeOf = new Map(manifests.map((manifest, index) => [manifest, located[index]!]))
  return {
    nodes,
    causes: report.causes.map(cause => formatCause(cause).map(redact)),
    orphans: Object.keys(record)
      .filter(target => !targets.includes(target))
      .sort(),
    targets: built.map(({ status, artifact }) => {
      const known = record[status.target]
      if (!known) return { ...status, deployed: 'no' }
      const isCurrent = artifact?.digest === known.digest
      return {
        ...status,
        deployed: isCurrent ? 'current' : 'outdated',
        record: withoutMarks(known)!,
        ...(artifact && { health: healthOf(artifact, placeOf, unhealthy) }),
      }
    }),
  }
}

function healthOf(
  { manifests }: TargetArtifact,
  placeOf: ReadonlyMap<Manifest, Manifest>,
  unhealthy: ReadonlyMap<string, { object: string; message: string }>,
): NonNullable<TargetStatus['health']> {
  return {
    all: manifests.length,
    unhealthy: manifests.flatMap(manifest => unhealthy.get(keyOf(placeOf.get(manifest)!.id)) ?? []),
  }
}

async function listNodes(api: KubeApi, resources: Resources, signal: AbortSignal): Promise<NodeStatus[]> {
  const resource = await resources.find({ apiVersion: 'v1', kind: 'Node' })
  if (!resource) return []
  const { items } = await listAll(api, collectionPath(resource), resource, { signal })
  return items.map(statusOfNode)
}

function statusOfNode(node: KubeObject): NodeStatus {
  const { state, message } = health(node)
  const info = node.status?.nodeInfo as { kubeletVersion?: string } | undefined
  return {
    name: node.metadata.name,
    isReady: state === 'healthy',
    version: info?.kubeletVersion ?? '',
    message,
  }
}
