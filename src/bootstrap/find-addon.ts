import { existsSync } from 'node:fs'
import path from 'node:path'
import { kustomizationFile } from '../build/kustomization.js'
import { LoError, type Problem } from '../errors.js'
import { isFolder } from '../project/root.js'
import { type Chart, loadChart } from '../project/spec/chart.js'
import type { Source } from '../project/spec/source.js'
import { localChart } from './addon/plan-chart.js'
import type { Entry } from './entry.js'
import { checkPath, type Located, locateAddon, type Places } from './locate.js'

/** An entry whose addon is found. Absolute paths. */
export interface PlannedEntry extends Pick<Entry, 'name' | 'ref' | 'isGate' | 'env' | 'values'>, Located {
  valueFiles: string[]
  /** Absent for an addon of plain manifests. */
  chart?: Chart
}

export const chartName = 'chart.yaml'

type ProblemAt = Source['problemAt']

/** The addon of an entry with all that it needs on disk, or everything that is wrong with it. */
export function findAddon(
  entry: Entry,
  places: Places,
  problemAt: ProblemAt,
): { found: PlannedEntry } | { problems: Problem[] } {
  const { name, ref, isGate, env, values, options } = entry
  const located = locateAddon(ref, places)
  if ('message' in located) return { problems: [problemAt(options, located, { key: true })] }
  const shown = path.relative(places.root, located.folder)
  if (kustomizationFile(located.folder) === undefined) {
    const message = `${shown} has no kustomization.yaml, so it is no addon`
    return { problems: [problemAt(options, { message }, { key: true })] }
  }
  const planned = { name, ref, isGate, env, ...(values && { values }), ...located }
  if (!existsSync(path.join(located.folder, chartName))) {
    const problems = problemsWithoutChart(entry, shown, problemAt)
    return problems.length > 0 ? { problems } : { found: { ...planned, valueFiles: [] } }
  }
  const valueFiles = entry.valueFiles.map(file => path.resolve(places.domainFolder, file))
  const chart = readChart(located, places)
  const problems = [
    ...('problems' in chart ? chart.problems : []),
    ...problemsOfFiles(entry, valueFiles, places, problemAt),
  ]
  if (problems.length > 0 || 'problems' in chart) return { problems }
  return { found: { ...planned, valueFiles, chart: chart.read } }
}

/** The descriptor of a chart, or what is wrong in it. */
function readChart(
  { folder, isBuiltIn }: Located,
  { root, builtIn }: Places,
): { read: Chart } | { problems: readonly Problem[] } {
  const file = path.join(folder, chartName)
  try {
    const { chart, source } = loadChart(file, isBuiltIn ? file : path.relative(root, file))
    const local = localChart(folder, chart)
    const problem = local && (checkPath(local, isBuiltIn ? builtIn : root) ?? problemOfChart(local, root))
    return problem ? { problems: [source.problemAt(['chart'], problem)] } : { read: chart }
  } catch (error) {
    if (error instanceof LoError) return { problems: error.problems }
    throw error
  }
}

function problemOfChart(local: string, root: string): Problem | undefined {
  if (existsSync(isFolder(local) ? path.join(local, 'Chart.yaml') : local)) return undefined
  return {
    message: `there is no chart ${path.relative(root, local)}`,
    hint: 'a chart that is not in the project needs a `repository`',
  }
}

/** Values are a chart's: without one they would do nothing, and nobody would notice. */
function problemsWithoutChart(entry: Entry, shown: string, problemAt: ProblemAt): Problem[] {
  const { values, valueFiles, options, isLegacy } = entry
  const problem = (key: string) => {
    const message = `${key} need a chart, and ${shown} has no chart.yaml`
    if (!isLegacy) return problemAt([...options, key], { message }, { key: true })
    const hint = 'a map without any option of lo is helm values as a whole'
    return problemAt(options, { message, hint }, { key: true })
  }
  return [...(values ? [problem('values')] : []), ...(valueFiles.length > 0 ? [problem('valueFiles')] : [])]
}

function problemsOfFiles(
  { options }: Entry,
  files: string[],
  { root }: Places,
  problemAt: ProblemAt,
): Problem[] {
  return files.flatMap((file, index) => {
    const problem = checkPath(file, root) ?? problemOfFile(file, root)
    return problem ? [problemAt([...options, 'valueFiles', index], problem)] : []
  })
}

function problemOfFile(file: string, root: string): Problem | undefined {
  if (existsSync(file) && !isFolder(file)) return undefined
  return { message: `there is no file ${path.relative(root, file)}` }
}
