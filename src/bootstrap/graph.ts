import type { Problem } from '../errors.js'
import { showName } from '../project/name.js'
import { suggest } from '../project/nearest.js'
import type { Source } from '../project/spec/source.js'
import { findCycle } from './cycle.js'
import type { Entry } from './entry.js'

/** Why one entry comes after another. */
export type Reason = 'dependsOn' | 'wait: true'

/** In which order entries are applied. All numbers are places in the list of entries. */
export interface Graph {
  /** For each entry those that must be done before it starts. */
  after: ReadonlyMap<number, Reason>[]
  /** Whether readiness of the entry is waited for: somebody depends on it, or it is a gate. */
  isAwaited: boolean[]
}

export interface PlannedGraph {
  graph: Graph
  problems: Problem[]
  warnings: Problem[]
}

type Named = Pick<Entry, 'name' | 'isNamed' | 'dependsOn' | 'isGate' | 'place' | 'options'>

/** The graph of the entries, and everything that keeps it from being one. */
export function planGraph(entries: readonly Named[], source: Pick<Source, 'problemAt'>): PlannedGraph {
  const names = checkNames(entries, source)
  const problems = [...names.problems]
  const after = entries.map(() => new Map<number, Reason>())
  for (const [index, entry] of entries.entries()) {
    for (const earlier of gateEdges(entries, index)) after[index]!.set(earlier, 'wait: true')
    for (const [at, name] of entry.dependsOn.entries()) {
      const place = [...entry.options, 'dependsOn', at]
      const found = indexesOf(entries, name)
      const mistake = mistakeOf(name, found, entries)
      if (mistake) problems.push(source.problemAt(place, mistake))
      else after[index]!.set(found[0]!, 'dependsOn')
    }
  }
  const cycle = problems.length === 0 ? findCycle(after) : undefined
  if (cycle) problems.push(explainCycle(cycle, after, entries, source))
  const isAwaited = entries.map(
    ({ isGate }, index) => isGate || after.some(dependencies => dependencies.has(index)),
  )
  return { graph: { after, isAwaited }, problems, warnings: names.warnings }
}

/** A gate comes after everything before it; everything else after the gates before it. */
function gateEdges(entries: readonly Named[], index: number): number[] {
  const earlier = entries.slice(0, index)
  return earlier.flatMap(({ isGate }, at) => (isGate || entries[index]!.isGate ? [at] : []))
}

const indexesOf = (entries: readonly Named[], name: string) =>
  entries.flatMap((entry, index) => (entry.name === name ? [index] : []))

function mistakeOf(name: string, found: number[], entries: readonly Named[]): Problem | undefined {
  if (found.length === 1) return undefined
  if (found.length > 1) {
    return {
      message: `${showName(name)} is ambiguous: ${found.length} entries are called that`,
      hint: 'give the one that is meant a name of its own with `name:`',
    }
  }
  const hint = suggest(name, [...new Set(entries.map(entry => entry.name))])
  return { message: `there is no entry ${showName(name)}`, ...(hint && { hint }) }
}

/** A name that is given is nobody else's; of two entries that happen to be called the same one is told. */
function checkNames(
  entries: readonly Named[],
  source: Pick<Source, 'problemAt'>,
): { problems: Problem[]; warnings: Problem[] } {
  const problems: Problem[] = []
  const warnings: Problem[] = []
  for (const [index, { name, isNamed, place, options }] of entries.entries()) {
    const twins = indexesOf(entries, name)
    if (isNamed && twins.length > 1) {
      const message = `another entry of the list is called ${showName(name)} too`
      problems.push(source.problemAt([...options, 'name'], { message }))
    } else if (twins.length > 1 && twins[0] !== index && twins.every(at => !entries[at]!.isNamed)) {
      const message = `two entries are called ${showName(name)}`
      const hint = 'give one of them a name with `name:`, so that others can depend on it'
      warnings.push(source.problemAt(place, { message, hint }))
    }
  }
  return { problems, warnings }
}

/** `a → b (dependsOn) → a (wait: true)`: each is done before the one that follows it, for the reason in brackets. */
function explainCycle(
  cycle: number[],
  after: Graph['after'],
  entries: readonly Named[],
  source: Pick<Source, 'problemAt'>,
): Problem {
  const steps = cycle.map((from, at) => {
    const to = cycle[(at + 1) % cycle.length]!
    return `${entries[to]!.name} (${after[from]!.get(to)})`
  })
  const place = entries[cycle[0]!]!.place
  return source.problemAt(place, {
    message: `entries wait for each other: ${[entries[cycle[0]!]!.name, ...steps].join(' → ')}`,
    hint: 'an arrow points at what must be done first; take one of them away',
  })
}
