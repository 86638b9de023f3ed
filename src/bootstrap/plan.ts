import type { Problem } from '../errors.js'
import type { Project } from '../project/root.js'
import { invalid } from '../project/spec/check.js'
import type { Cluster } from '../project/spec/load.js'
import { builtInFolder } from './built-in.js'
import { defaultEntries } from './default-entries.js'
import { parseEntries } from './entry.js'
import { findAddon, type PlannedEntry } from './find-addon.js'
import { type Graph, planGraph } from './graph.js'

/** Everything that a bootstrap applies, in which order, and what is worth a warning about it. */
export interface BootstrapPlan {
  entries: PlannedEntry[]
  graph: Graph
  warnings: Problem[]
}

/**
 * Reads `spec.bootstrap`, or what a cluster of its kind gets without one, and finds every addon. Throws `SPEC_INVALID`
 * with all that is wrong, each with its place.
 */
export function planBootstrap(
  { root }: Project,
  { domain, spec, source }: Cluster,
  builtIn = builtInFolder(),
): BootstrapPlan {
  const places = { root, domainFolder: domain.folder, builtIn }
  const parsed = parseEntries(spec.spec.bootstrap ?? defaultEntries(spec.kind), source)
  const results = parsed.map(entry => findAddon(entry, places, source.problemAt))
  const { graph, problems, warnings } = planGraph(parsed, source)
  const all = [...results.flatMap(result => ('problems' in result ? result.problems : [])), ...problems]
  if (all.length > 0) throw invalid(all.sort((one, other) => (one.line ?? 0) - (other.line ?? 0)))
  return { entries: results.flatMap(result => ('found' in result ? result.found : [])), graph, warnings }
}
