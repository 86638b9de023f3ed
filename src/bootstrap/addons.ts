import { readFileSync } from 'node:fs'
import path from 'node:path'
import { kustomizationFile } from '../build/kustomization.js'
import { findRenderer } from '../build/render.js'
import type { Context } from '../context.js'
import { LoError } from '../errors.js'
import { showName } from '../project/name.js'
import type { Project } from '../project/root.js'
import { invalid } from '../project/spec/check.js'
import type { Cluster } from '../project/spec/load.js'
import { maskSecrets } from './addon/mask-secrets.js'
import { renderAddon } from './addon/render-addon.js'
import { builtInFolder, listAddons } from './built-in.js'
import { parseEntries } from './entry.js'
import { findAddon, type PlannedEntry } from './find-addon.js'
import type { Places } from './locate.js'
import { planBootstrap } from './plan.js'
import { renderSettings } from './settings.js'

/** One addon that a cluster can use, or uses. */
export interface AddonInfo {
  name: string
  origin: 'project' | 'built-in'
  /** The folder, relative to the project's root; a built-in one has none there. */
  folder?: string
  /** The first line of its kustomization, where that is a comment. */
  summary: string
  /** The chart and its version. */
  chart?: string
  /** Names of the entries of the cluster that are this addon. */
  usedAs: string[]
}

/** All addons of the project and of `lo`, and those that the cluster takes from elsewhere. */
export function describeAddons(project: Project, cluster: Cluster | undefined): AddonInfo[] {
  const builtIn = builtInFolder()
  const own = path.join(project.root, '.lok8s/addons')
  const entries = cluster ? planBootstrap(project, cluster).entries : []
  const folders = new Map<string, boolean>([
    ...listAddons(own).map((name): [string, boolean] => [path.join(own, name), false]),
    ...listAddons(builtIn).map((name): [string, boolean] => [path.join(builtIn, name), true]),
    ...entries.map(({ folder, isBuiltIn }): [string, boolean] => [folder, isBuiltIn]),
  ])
  return [...folders].map(([folder, isBuiltIn]) => {
    const uses = entries.filter(entry => entry.folder === folder)
    const chart = uses[0]?.chart ?? chartIn(folder, isBuiltIn, project.root, builtIn)
    return {
      name: path.basename(folder),
      origin: isBuiltIn ? 'built-in' : 'project',
      ...(!isBuiltIn && { folder: path.relative(project.root, folder) }),
      summary: summaryOf(folder),
      ...(chart && { chart: [chart.chart, chart.version].filter(Boolean).join(' ') }),
      usedAs: uses.map(({ name }) => name),
    }
  })
}

/** The chart of an addon that nobody uses; one that has mistakes has none to show. */
function chartIn(folder: string, isBuiltIn: boolean, root: string, builtIn: string) {
  const result = findPlain(path.basename(folder), { root, domainFolder: root, builtIn })
  return 'found' in result && result.found.isBuiltIn === isBuiltIn ? result.found.chart : undefined
}

function findPlain(name: string, places: Places) {
  const [entry] = parseEntries([name], { textAt: () => undefined })
  return findAddon(entry!, places, (_path, problem) => problem)
}

function summaryOf(folder: string): string {
  const [first = ''] = readFileSync(kustomizationFile(folder)!, 'utf8').split('\n')
  return /^#\s*(.*?)\s*$/.exec(first)?.[1] ?? ''
}

/**
 * What an addon would apply to a cluster: as an entry of the cluster is called, or else by its own name. Values of
 * Secrets are not shown.
 */
export async function showAddon(
  project: Project,
  cluster: Cluster,
  name: string,
  ctx: Context,
): Promise<{ entry: PlannedEntry; manifests: string }> {
  const entry = findEntry(project, cluster, name)
  const request = { project, cluster, renderer: findRenderer(ctx), kubeconfig: undefined, exported: {} }
  const settings = { ...renderSettings(request, ctx), keepsOpen: true }
  return { entry, manifests: maskSecrets(await renderAddon(entry, settings, ctx)) }
}

function findEntry(project: Project, cluster: Cluster, name: string): PlannedEntry {
  const { entries } = planBootstrap(project, cluster)
  const used = entries.find(entry => entry.name === name) ?? entries.find(entry => entry.ref === name)
  if (used) return used
  const places = { root: project.root, domainFolder: cluster.domain.folder, builtIn: builtInFolder() }
  const result = findPlain(name, places)
  if ('found' in result) return result.found
  const [problem] = result.problems
  if (problem?.file !== undefined) throw invalid(result.problems)
  throw new LoError('USAGE', `There is no addon ${showName(name)}.`, {
    ...(problem?.hint && { hint: problem.hint }),
  })
}
