import type { Context } from '../context.js'
import { connect } from '../kube/connect.js'
import { openKubectl } from '../kube/kubectl.js'
import { createResources } from '../kube/resources.js'
import type { DeploySettings } from '../project/deploy-settings.js'
import { labelsOf, type Manifest, parseManifests } from './artifact/manifest.js'
import { readArtifacts } from './artifact/read-artifact.js'
import { redactSecrets } from './artifact/redact.js'
import type { Connection } from './connection.js'
import type { DeployRequest, PlannedTarget } from './deploy.js'
import { checkCluster } from './preflight/check-cluster.js'
import { checkRights } from './preflight/check-rights.js'
import { findCommit } from './preflight/commit.js'
import { findHopeless, locate, missingNamespaces, unknownKinds } from './preflight/locate.js'
import { readRecord } from './record.js'

export interface PrepareRequest extends DeploySettings {
  root: string
  /** The folder of the domain. */
  folder: string
  domain: string
  /** The domain whose cluster it is. */
  clusterDomain: string
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
  const artifacts = readArtifacts(wanted.targets, wanted).map(artifact => ({
    ...artifact,
    manifests: artifact.manifests.filter(matches(wanted.filter)),
  }))
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
    await checkCluster(connection, wanted.clusterDomain, ctx.signal)
    const [targets, commit, record] = await Promise.all([
      locateAll(artifacts, wanted, connection, ctx),
      findCommit(wanted.root, ctx),
      wanted.filter ? undefined : readRecord(api, wanted.domain, ctx.signal),
    ])
    const manifests = targets.flatMap(target => target.manifests)
    await checkRights(manifests, { watchesDeployments: wanted.wait === 'all' }, connection, ctx.signal)
    const { domain, wait, timeout, forceConflicts, forceRecreate } = wanted
    const redact = redactSecrets(manifests)
    const request = { domain, targets, wait, timeout, forceConflicts, forceRecreate, commit, record, redact }
    return { request, connection, close: api.close }
  } catch (error) {
    api.close()
    throw error
  }
}

/** Objects of `--filter`, by a label of their own. */
function matches(filter: DeploySettings['filter']): (manifest: Manifest) => boolean {
  if (!filter) return () => true
  return manifest => labelsOf(manifest)[filter.label] === filter.value
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
  if (!missing) return targets
  output.event({
    type: 'notice',
    message: `the namespace ${namespace} of ${domain} is not there yet: it is made first`,
  })
  const [first, ...others] = targets
  return [{ ...first!, manifests: [namespaceManifest(namespace), ...first!.manifests] }, ...others]
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
  const unexpected = missing.filter(name => !(createsNamespace && name === namespace))
  if (unexpected.length > 0) throw missingNamespaces(unexpected, manifests)
  return { manifests, missing: missing.length > 0 }
}

function namespaceManifest(name: string): Manifest {
  const text = `apiVersion: v1\nkind: Namespace\nmetadata:\n  name: "${name}"\n`
  return parseManifests(text, 'spec.namespace')[0]!
}
