import { startWith } from '../build/subject.js'
import type { Context } from '../context.js'
import { type Applied, applyManifests } from '../deploy/apply/apply.js'
import { isDefinition } from '../deploy/artifact/custom-kind.js'
import type { Manifest } from '../deploy/artifact/manifest.js'
import type { Connection } from '../deploy/connection.js'
import { isBuiltInGroup } from '../deploy/preflight/built-in-group.js'
import { locate } from '../deploy/preflight/locate.js'
import { waitHealthy } from '../deploy/wait/wait.js'
import { LoError } from '../errors.js'
import { ApiError } from '../kube/api.js'
import { showId } from '../kube/object.js'
import { refusedAddon } from './refused-addon.js'
import type { AppliedAddon, RefusedAddon } from './run.js'

export interface ApplyRequest {
  /** In the middle of a sentence: `addon "csi"`. */
  subject: string
  manifests: readonly Manifest[]
  /** Where objects land that name none. */
  namespace: string
  forceConflicts: boolean
  forceRecreate: boolean
}

type ApplyContext = Pick<Context, 'now' | 'sleep' | 'signal' | 'output'>

/** Races that are over sooner are nobody's business; those that take longer are tried again by the bootstrap. */
const shortRaces = 2000
/** As long as a definition may take to be established. */
const longestDefinition = 60_000

/** Applies an addon as a deploy applies a target: definitions, then everything else. Answers with what is there now. */
export async function applyAddon(
  request: ApplyRequest,
  connection: Connection,
  ctx: ApplyContext,
): Promise<{ result: AppliedAddon | RefusedAddon; located: Manifest[] }> {
  try {
    return await applyParts(request, connection, ctx)
  } catch (error) {
    ctx.signal.throwIfAborted()
    if (!(error instanceof ApiError)) throw error
    return { result: unanswered(request.subject, error), located: [] }
  }
}

async function applyParts(request: ApplyRequest, connection: Connection, ctx: ApplyContext) {
  // Other addons bring kinds all the time.
  connection.resources.forget()
  const { manifests, unknown } = await locate(request.manifests, request.namespace, connection, ctx.signal)
  const hopeless = unknown.filter(({ id }) => isBuiltInGroup(id.group))
  if (hopeless.length > 0) throw unknownKinds(request.subject, hopeless)
  const definitions = manifests.filter(isDefinition)
  const others = manifests.filter(manifest => !isDefinition(manifest))
  const applied = await applyPart(definitions, request, connection, ctx)
  if (isDone(applied) && definitions.length > 0) {
    await waitEstablished(request.subject, definitions, connection, ctx)
    connection.resources.forget()
  }
  if (isDone(applied)) applied.push(...(await applyPart(others, request, connection, ctx)))
  ctx.signal.throwIfAborted()
  const result = isDone(applied) ? countOf(applied) : refusedAddon(request.subject, applied)
  return { result, located: manifests }
}

async function applyPart(
  manifests: Manifest[],
  { forceConflicts, forceRecreate }: ApplyRequest,
  connection: Connection,
  ctx: ApplyContext,
): Promise<Applied[]> {
  if (manifests.length === 0) return []
  const options = { forceConflicts, forceRecreate, deadline: ctx.now() + shortRaces }
  return applyManifests(manifests, options, connection, ctx)
}

const isDone = (applied: readonly Applied[]) =>
  applied.every(({ outcome }) => outcome !== 'failed' && outcome !== 'skipped')

function countOf(applied: readonly Applied[]): AppliedAddon {
  const count = (wanted: string) => applied.filter(({ outcome }) => outcome === wanted).length
  return { objects: applied.length, created: count('created'), configured: count('configured') }
}

async function waitEstablished(
  subject: string,
  definitions: readonly Manifest[],
  connection: Connection,
  ctx: ApplyContext,
): Promise<void> {
  const request = {
    own: definitions,
    includeDeployments: false,
    isIgnored: () => false,
    deadline: ctx.now() + longestDefinition,
    since: connection.api.clock(),
  }
  const { ended, unhealthy } = await waitHealthy(request, connection, ctx, () => {})
  if (ended === 'healthy') return
  throw new LoError('APPLY_FAILED', `Definitions of ${subject} are not established.`, {
    detail: unhealthy.map(({ id, message }) => `${showId(id)}: ${message}`).join('\n'),
    hint: 'Nothing that needs them has been applied.',
  })
}

function unanswered(subject: string, { message, status }: ApiError): RefusedAddon {
  const error = new LoError('APPLY_FAILED', `${startWith(subject)} cannot be applied.`, {
    detail: message,
    hint: 'Run it again: what has been applied stays as it is.',
  })
  return { reasons: [status === 0 ? 'unreachable' : status === 403 ? 'forbidden' : 'unavailable'], error }
}

/** Kinds of Kubernetes itself, which no addon will ever bring. */
function unknownKinds(subject: string, manifests: readonly Manifest[]): LoError {
  return new LoError('APPLY_FAILED', `The cluster does not know all kinds of ${subject}.`, {
    problems: manifests.map(({ apiVersion, id, file }) => ({
      file,
      message: `${showId(id)}: there is no kind ${id.kind} of ${apiVersion} in this version of Kubernetes`,
    })),
    hint: 'Use a version of the addon that is made for this cluster. Nothing of it has been applied.',
  })
}
