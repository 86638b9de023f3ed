import path from 'node:path'
import { type BootstrapPlan, planBootstrap } from '../../src/bootstrap/plan.js'
import type { Problem } from '../../src/errors.js'
import { findDomain } from '../../src/project/domain.js'
import { loadDomain } from '../../src/project/spec/load.js'
import { clusterSpec, makeFolder, writeFiles } from '../helpers/project.js'
import { errorOf, projectOf } from '../helpers/specs.js'

/** The line of the first entry in the specs that these helpers write. */
export const firstLine = 7

/** An addon without a chart, as the files of a folder. */
export const plainAddon = (folder: string) => ({ [`${folder}/kustomization.yaml`]: 'resources: []\n' })
export const chartAddon = (
  folder: string,
  more = 'chart: x\nrepository: https://example.com\nversion: 1.2.3\n',
) => ({
  ...plainAddon(folder),
  [`${folder}/chart.yaml`]: `apiVersion: khelm.mgoltzsche.github.com/v2\nkind: ChartRenderer\nmetadata: { name: x }\n${more}`,
})

/** Plans a bootstrap with these entries, a line each, in a project with these files. `built-in` comes with `lo`. */
export function plan(
  entries: string[],
  files: Record<string, string> = {},
): BootstrapPlan & { root: string } {
  const list = entries.length === 0 ? ' []\n' : `\n${entries.map(entry => `    - ${entry}\n`).join('')}`
  return planSpec(clusterSpec('example.com', `  bootstrap:${list}`), files)
}

/** `prepare` gets the root of the project before anything of it is read. */
export function planSpec(
  spec: string,
  files: Record<string, string> = {},
  prepare: (root: string) => void = () => {},
): BootstrapPlan & { root: string } {
  const builtIn = makeFolder()
  writeFiles(builtIn, { ...plainAddon('built-in'), ...plainAddon('shadowed') })
  const project = projectOf({ 'clusters/example.com/cluster.lok8s.yaml': spec, ...files })
  prepare(project.root)
  const { cluster } = loadDomain(project, findDomain(project, 'example.com'))
  return { ...planBootstrap(project, cluster, builtIn), root: project.root }
}

/** Own addons of these names. */
export const addons = (...names: string[]) =>
  Object.assign({}, ...names.map(name => plainAddon(path.join('.lok8s/addons', name))))

/** What is wrong with these entries. */
export function problemsOf(entries: string[], files: Record<string, string> = {}): readonly Problem[] {
  return errorOf(() => plan(entries, files)).problems
}

/** Each entry with the names of those that come before it. */
export function orderOf({ entries, graph }: BootstrapPlan): Record<string, string[]> {
  const before = entries.map(({ name }, index) => [
    name,
    [...graph.after[index]!.keys()].map(at => entries[at]!.name),
  ])
  return Object.fromEntries(before)
}
