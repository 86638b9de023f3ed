import path from 'node:path'
import type { Context } from '../context.js'
import { type Manifest, parseManifests } from '../deploy/artifact/manifest.js'
import { redactSecrets } from '../deploy/artifact/redact.js'
import type { Connection } from '../deploy/connection.js'
import { addLogs } from '../deploy/wait/logs.js'
import { showPicture } from '../deploy/wait/show-picture.js'
import { waitHealthy } from '../deploy/wait/wait.js'
import { formatCause } from '../deploy/why/format-cause.js'
import { showId } from '../kube/object.js'
import { type RenderSettings, renderAddon } from './addon/render-addon.js'
import { applyAddon } from './apply-addon.js'
import type { PlannedEntry } from './find-addon.js'
import { namespaceOf } from './namespace.js'
import type { AddonEngine } from './run.js'

export interface EngineSettings extends RenderSettings {
  forceConflicts: boolean
  forceRecreate: boolean
}

type EngineContext = Pick<Context, 'env' | 'find' | 'run' | 'now' | 'sleep' | 'signal' | 'output'>

/** Renders addons, and applies them to one cluster as a deploy applies targets. */
export function openEngine(
  settings: EngineSettings,
  connection: Connection,
  ctx: EngineContext,
): AddonEngine {
  const rendered = new Map<PlannedEntry, Manifest[]>()
  const applied = new Map<PlannedEntry, Manifest[]>()
  const { forceConflicts, forceRecreate } = settings

  /** Once: what is tried again is the same. */
  const render = async (entry: PlannedEntry) => {
    const known = rendered.get(entry)
    if (known) return known
    const text = await renderAddon(entry, settings, ctx)
    const manifests = parseManifests(text, path.relative(settings.root, entry.folder))
    rendered.set(entry, manifests)
    return manifests
  }

  return {
    apply: async entry => {
      const request = {
        subject: `addon "${entry.name}"`,
        manifests: await render(entry),
        namespace: namespaceOf(entry.chart),
        forceConflicts,
        forceRecreate,
      }
      const { result, located } = await applyAddon(request, connection, ctx)
      applied.set(entry, located)
      return result
    },
    waitReady: async (entry, timeout) => {
      const own = applied.get(entry)!
      const redact = redactSecrets(own)
      const { api } = connection
      const request = {
        own,
        includeDeployments: false,
        isIgnored: () => false,
        deadline: ctx.now() + timeout,
        since: api.clock(),
      }
      const report = await waitHealthy(request, connection, ctx, picture =>
        ctx.output.event({
          type: 'entry-settling',
          entry: entry.name,
          ...showPicture(picture, redact, ctx.now()),
        }),
      )
      if (report.ended === 'healthy') return { ready: true, why: [] }
      const causes = await addLogs(report.causes, api, redact, ctx.signal)
      const states = report.unhealthy.map(({ id, message }) => `${showId(id)}: ${message}`)
      const why = causes.length > 0 ? causes.flatMap(formatCause) : states
      return { ready: false, why: why.map(redact) }
    },
  }
}
