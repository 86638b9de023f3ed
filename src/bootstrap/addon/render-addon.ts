import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fillIn } from '../../build/fill-in.js'
import { kustomizationFile } from '../../build/kustomization.js'
import { type Renderer, renderFolder } from '../../build/render.js'
import { countDocuments } from '../../build/resource.js'
import { startWith } from '../../build/subject.js'
import { findLeftOver, type Variables } from '../../build/substitute.js'
import type { Context } from '../../context.js'
import { LoError } from '../../errors.js'
import { chartName, type PlannedEntry } from '../find-addon.js'
import { asText } from './as-text.js'
import { withCopy } from './copy-addon.js'
import { renderChart } from './render-chart.js'
import { rewriteKustomization } from './rewrite-kustomization.js'

/** What the render of every addon of a cluster has in common. */
export interface RenderSettings {
  /** The project's root. */
  root: string
  /** The folder of built-in addons. */
  builtIn: string
  /** The cluster's kind in lower case, and the name of its provider: they choose layers of values. */
  driver: string
  provider: string | undefined
  kubeVersion: string | undefined
  renderer: Renderer
  variables: Variables
  /** Added to the environment of the renderer, for plugins. */
  env: Record<string, string>
  /** Whether variables without a value stay as they are: what is shown and not applied may have some. */
  keepsOpen?: boolean
}

type RenderContext = Pick<Context, 'env' | 'find' | 'run' | 'output'>

const renderedName = '.lok8s-chart.yaml'

/**
 * Everything an addon applies, as YAML: its chart rendered by helm, all of it by kustomize, variables filled in. The
 * sources are read alone. Throws when nothing comes out, or when a variable is left that has no value.
 */
export async function renderAddon(
  entry: PlannedEntry,
  settings: RenderSettings,
  ctx: RenderContext,
): Promise<string> {
  const subject = `addon "${entry.name}"`
  const variables = { ...settings.variables, ...entry.env }
  const env = { ...settings.env, ...entry.env }
  const rendered = await renderWithChart(entry, subject, { ...settings, env }, ctx)
  const file = path.relative(settings.root, entry.folder)
  const filled = fillIn(rendered, subject, file, variables).bytes.toString()
  const left = findLeftOver(filled)
  if (left.length > 0 && !settings.keepsOpen) throw withoutValue(subject, left)
  const text = asText(filled)
  if (countDocuments(text) > 0) return text
  throw new LoError('RENDER_FAILED', `${startWith(subject)} renders to nothing.`, {
    hint: `See what is in ${file}.`,
  })
}

async function renderWithChart(
  entry: PlannedEntry,
  subject: string,
  settings: RenderSettings,
  ctx: RenderContext,
): Promise<Buffer> {
  const { renderer, env, root, builtIn } = settings
  const { chart, folder, isBuiltIn } = entry
  if (!chart) {
    const { stdout } = await renderFolder(renderer, { root, subject, folder, enableExec: true }, env, ctx)
    return stdout
  }
  return withCopy({ folder, root: isBuiltIn ? builtIn : root }, async copy => {
    takeIn(await renderChart({ ...settings, ...copy, entry, chart, subject }, ctx), copy.folder)
    const request = { root: copy.root, subject, folder: copy.folder, enableExec: true }
    const { stdout } = await renderFolder(renderer, request, env, ctx).catch(error => {
      throw inTermsOf(root, copy.root, error)
    })
    return stdout
  })
}

/** Makes what helm has rendered a resource of the copy. */
function takeIn(objects: string, folder: string): void {
  const file = kustomizationFile(folder)!
  if (objects !== '') writeFileSync(path.join(folder, renderedName), objects)
  const text = readFileSync(file, 'utf8')
  writeFileSync(file, rewriteKustomization(text, chartName, objects === '' ? undefined : renderedName))
}

/** Errors name files of the project, not of a copy that is gone. */
function inTermsOf(root: string, copy: string, error: unknown): unknown {
  if (!(error instanceof LoError)) return error
  const { code, message, detail, hint, problems, cause } = error
  return new LoError(code, message, {
    ...(detail && { detail: detail.replaceAll(copy, root) }),
    ...(hint && { hint }),
    problems: problems.map(problem => ({ ...problem, message: problem.message.replaceAll(copy, root) })),
    cause,
  })
}

function withoutValue(subject: string, names: string[]): LoError {
  return new LoError('RENDER_FAILED', `${startWith(subject)} uses ${names.join(', ')}, which has no value.`, {
    hint: 'Set it in the environment, or for this addon alone with `env`.',
  })
}
