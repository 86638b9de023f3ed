import path from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import type { Context } from '../context.js'
import { getOptional } from '../deploy/apply/look-up.js'
import { type Manifest, parseManifests } from '../deploy/artifact/manifest.js'
import type { Connection } from '../deploy/connection.js'
import { locate } from '../deploy/preflight/locate.js'
import type { Planned } from '../events.js'
import { ApiError } from '../kube/api.js'
import { fieldManager } from '../kube/kubectl.js'
import type { KubeObject } from '../kube/object.js'
import { objectPath } from '../kube/resources.js'
import { type RenderSettings, renderAddon } from './addon/render-addon.js'
import type { PlannedEntry } from './find-addon.js'
import { namespaceOf } from './namespace.js'

type Action = Planned['action']
type PlanContext = Pick<Context, 'env' | 'find' | 'run' | 'signal' | 'output'>

/** What a bootstrap would do, an addon each. Without a cluster it would make everything. Writes nothing. */
export async function planChanges(
  entries: readonly PlannedEntry[],
  settings: RenderSettings,
  connection: Connection | undefined,
  ctx: PlanContext,
): Promise<Planned[]> {
  const planned: Planned[] = []
  for (const entry of entries) {
    const action = connection ? await actionOf(entry, settings, connection, ctx) : 'create'
    planned.push({ action, what: `addon ${entry.name} (${describe(entry, settings.root)})` })
  }
  return planned
}

function describe({ chart, folder, isBuiltIn }: PlannedEntry, root: string): string {
  const from = isBuiltIn ? 'built in' : path.relative(root, folder)
  return [from, chart && [chart.chart, chart.version].filter(Boolean).join(' ')].filter(Boolean).join(', ')
}

async function actionOf(
  entry: PlannedEntry,
  settings: RenderSettings,
  connection: Connection,
  ctx: PlanContext,
): Promise<Action> {
  const text = await renderAddon(entry, { ...settings, keepsOpen: true }, ctx)
  const all = parseManifests(text, path.relative(settings.root, entry.folder))
  try {
    const { manifests } = await locate(all, namespaceOf(entry.chart), connection, ctx.signal)
    const actions = await Promise.all(manifests.map(manifest => compare(manifest, connection, ctx.signal)))
    if (actions.every(action => action === 'create')) return 'create'
    return actions.every(action => action === 'keep') ? 'keep' : 'change'
  } catch (error) {
    // A cluster that does not answer will be told everything anew.
    if (error instanceof ApiError) return 'change'
    throw error
  }
}

/** The API server itself says what would become of an object. */
async function compare(
  { apiVersion, id, text }: Manifest,
  { api, resources }: Connection,
  signal: AbortSignal,
): Promise<Action> {
  const resource = await resources.find({ apiVersion, kind: id.kind })
  if (!resource) return 'create'
  const place = objectPath(resource, id)
  const before = await getOptional(() => api.request<KubeObject>('GET', place, { signal }))
  if (!before) return 'create'
  try {
    const query = { fieldManager, force: true, dryRun: 'All' }
    const contentType = 'application/apply-patch+yaml'
    const after = await api.request<KubeObject>('PATCH', place, { query, contentType, body: text, signal })
    return isDeepStrictEqual(essence(before), essence(after)) ? 'keep' : 'change'
  } catch (error) {
    if (error instanceof ApiError && error.status !== 0) return 'change'
    throw error
  }
}

/** Without what every write changes. */
function essence(object: KubeObject): unknown {
  const {
    managedFields: _fields,
    resourceVersion: _version,
    generation: _generation,
    ...metadata
  } = object.metadata as unknown as Record<string, unknown>
  return { ...object, metadata }
}
