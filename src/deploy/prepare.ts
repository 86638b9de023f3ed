import { existsSync } from 'node:fs'
import path from 'node:path'
import type { Context } from '../context.js'
import { LoError } from '../errors.js'
import { ApiError, type KubeApi } from '../kube/api.js'
import { connect } from '../kube/connect.js'
import { openKubectl } from '../kube/kubectl.js'
import { createResources } from '../kube/resources.js'
import type { DeploySettings } from '../project/deploy-settings.js'
import { labelsOf, type Manifest, parseManifests } from './artifact/manifest.js'
import { findDuplicates, readArtifacts, type TargetArtifact } from './artifact/read-artifact.js'
import { redactSecrets } from './artifact/redact.js'
import type { Connection } from './connection.js'
import type { DeployRequest, PlannedTarget } from './deploy.js'
import { checkCluster } from './preflight/check-cluster.js'
import { checkOrder } from './preflight/check-order.js'
import { checkRights } from './preflight/check-rights.js'
import { findCommit } from './preflight/commit.js'
import { findHopeless, locate, missingNamespaces, unknownKinds } from './preflight/locate.js'
import { warnOfRivals } from './preflight/rivals.js'
import { readRecord } from './record.js'

export interface PrepareRequest extends DeploySettings {
  targets: string[]
  forceConflicts: boolean
  forceRecreate: boolean
}

export interface Prepared {
  request: DeployRequest
  connection: Connection
  close: () => void
}

/** Reads and checks everything that can be checked before the first write. Writes nothing. */
export async function prepareDeploy(
  wanted: PrepareRequest,
  ctx: Pick<Context, 'find' | 'now' | 'run' | 'signal' | 'output'>,
): Promise<Prepared> {
  const artifacts = choose(readArtifacts(wanted.targets, wanted), wanted, ctx)
  checkKubeconfig(wanted)
  const { now } = ctx
  const api = await connect(wanted.kubeconfig, {
    now,
    ...(wanted.context !== undefined && { context: wanted.context }),
  })
  try {
    const connection: Connection = {
      api,
      kubectl: openKubectl({ kubeconfig: wanted.kubeconfig, context: api.context }, ctx),
      resources: createResources(api, ctx.signal),
    }
    const found = Promise.all([
      locateAll(artifacts, wanted, connection, ctx),
      findCommit(wanted.root, ctx),
      wanted.filter ? undefined : readRecord(api, wanted.domain, ctx.signal),
      readVersion(api, ctx.signal),
    ])
    // What is wrong with the cluster as such explains all else that fails, so it is told first.
    found.catch(() => {})
    await checkCluster(connection, wanted.clusterDomain, ctx.signal)
    const [targets, commit, record, version] = await found
    const manifests = targets.flatMap(target => target.manifests)
    await checkOrder(targets, wanted.domain, connection, ctx.signal)
    await checkRights(manifests, wanted.wait, connection, ctx.signal)
    warnOfRivals(targets, ctx)
    const { domain, clusterDomain, wait, timeout, forceConflicts, forceRecreate } = wanted
    const request: DeployRequest = {
      ...{ domain, clusterDomain, targets, wait, timeout, forceConflicts, forceRecreate },
      ...{ commit, record, version, redact: redactSecrets(manifests) },
    }
    return { request, connection, close: api.close }
  } catch (error) {
    api.close()
    if (ctx.signal.aborted) throw interrupted(ctx.signal.reason)
    throw error instanceof ApiError ? explainApi(error, api) : error
  }
}

/** A help alone: whoever may not know it applies everything. */
async function readVersion(api: KubeApi, signal: AbortSignal): Promise<string | undefined> {
  try {
    return (await api.request<{ gitVersion?: string }>('GET', '/version', { signal })).gitVersion
  } catch (error) {
    if (error instanceof ApiError) return undefined
    throw error
  }
}

function checkKubeconfig({ kubeconfig, root, clusterDomain }: PrepareRequest): void {
  if (existsSync(kubeconfig)) return
  const isOwn = path.dirname(kubeconfig) === path.join(root, '.kubeconfig')
  const name = path.relative(root, kubeconfig)
  throw new LoError(
    'CLUSTER_UNKNOWN',
    isOwn ? `${clusterDomain} has no kubeconfig ${name}.` : `There is no kubeconfig ${kubeconfig}.`,
    {
      hint: isOwn
        ? `Run \`lo provision ${clusterDomain}\` first, or name another one with --kubeconfig.`
        : 'Check --kubeconfig.',
    },
  )
}

/** All objects, or those of `--filter`, by a label of their own: a target without any is left out. */
function choose(
  artifacts: TargetArtifact[],
  { filter, domain }: PrepareRequest,
  { output }: Pick<Context, 'output'>,
): TargetArtifact[] {
  if (!filter) return artifacts
  const isChosen = (manifest: Manifest) => labelsOf(manifest)[filter.label] === filter.value
  const chosen = artifacts
    .map(artifact => ({ ...artifact, manifests: artifact.manifests.filter(isChosen) }))
    .filter(({ manifests }) => manifests.length > 0)
  if (chosen.length === 0) {
    const message = `no object of ${domain} is labelled ${filter.label}: ${filter.value}, so nothing is deployed`
    output.event({ type: 'warning', message })
  }
  return chosen
}

const interrupted = (cause: LoError) =>
  new LoError('INTERRUPTED', cause.message, { detail: 'Nothing has been applied.', cause })

/** Preflight asks many things, each of which the API server may refuse or be too busy for. */
function explainApi(error: ApiError, { server }: KubeApi): LoError {
  const isRefused = error.status === 401 || error.status === 403
  return new LoError(
    isRefused ? 'CLUSTER_REFUSED' : 'CLUSTER_UNREACHABLE',
    isRefused
      ? `${server} refuses what has to be known before a deploy.`
      : `${server} does not answer as it should.`,
    { detail: error.message, hint: 'Nothing has been applied.', cause: error },
  )
}

async function locateAll(
  artifacts: PlannedTarget[],
  { namespace, createsNamespace, domain }: PrepareRequest,
  connection: Connection,
  { signal, output }: Pick<Context, 'signal' | 'output'>,
): Promise<PlannedTarget[]> {
  const all = artifacts.flatMap(({ manifests }) => manifests)
  const { manifests, missing } = await locateOrRefuse(all, namespace, createsNamespace, connection, signal)
  const located = new Map(all.map((manifest, index) => [manifest, manifests[index]!]))
  const targets = artifacts.map(artifact => ({
    ...artifact,
    manifests: artifact.manifests.map(manifest => located.get(manifest)!),
  }))
  refuseDuplicates(targets)
  if (!missing) return targets
  output.event({
    type: 'notice',
    message: `the namespace ${namespace} of ${domain} is not there yet: it is made first`,
  })
  const [first, ...others] = targets
  return [{ ...first!, manifests: [namespaceManifest(namespace), ...first!.manifests] }, ...others]
}

/** One that names no namespace, and one that names the same, are known as one object only now. */
function refuseDuplicates(targets: readonly PlannedTarget[]): void {
  const problems = targets.flatMap(({ manifests }) => findDuplicates(manifests))
  if (problems.length === 0) return
  throw new LoError('DEPLOY_REFUSED', 'There are objects that stand in a target twice.', {
    problems,
    hint: 'Mend the targets and run `lo build`. Nothing has been applied.',
  })
}

async function locateOrRefuse(
  all: Manifest[],
  namespace: string,
  createsNamespace: boolean,
  connection: Connection,
  signal: AbortSignal,
) {
  const { manifests, missingNamespaces: missing, unknown } = await locate(all, namespace, connection, signal)
  const hopeless = findHopeless(unknown, all)
  if (hopeless.length > 0) throw unknownKinds(hopeless)
  const unexpected = missing.filter(({ name }) => !(createsNamespace && name === namespace))
  if (unexpected.length > 0) throw missingNamespaces(unexpected, manifests)
  return { manifests, missing: missing.length > 0 }
}

function namespaceManifest(name: string): Manifest {
  const text = `apiVersion: v1\nkind: Namespace\nmetadata:\n  name: "${name}"\n`
  return parseManifests(text, 'spec.namespace')[0]!
}
