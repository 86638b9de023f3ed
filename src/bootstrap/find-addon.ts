import { existsSync } from 'node:fs'
import path from 'node:path'
import { kustomizationFile } from '../build/kustomization.js'
import type { Problem } from '../errors.js'
import { isFolder } from '../project/root.js'
import type { Source } from '../project/spec/source.js'
import type { Entry } from './entry.js'
import { checkPath, type Located, locateAddon, type Places } from './locate.js'

/** An entry whose addon is found. Absolute paths. */
export interface PlannedEntry extends Pick<Entry, 'name' | 'ref' | 'isGate' | 'env' | 'values'>, Located {
  valueFiles: string[]
}

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
  const valueFiles = entry.valueFiles.map(file => path.resolve(places.domainFolder, file))
  const problems = existsSync(path.join(located.folder, 'chart.yaml'))
    ? problemsOfFiles(entry, valueFiles, places, problemAt)
    : problemsWithoutChart(entry, shown, problemAt)
  if (problems.length > 0) return { problems }
  return { found: { name, ref, isGate, env, ...(values && { values }), valueFiles, ...located } }
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
