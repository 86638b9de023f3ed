import type { Graph } from './graph.js'

/**
 * How far an entry is. `applying` holds one of the places, `settling` waits for readiness and holds none. A failed or
 * skipped entry is never done, so what depends on it never starts.
 */
export type State = 'waiting' | 'applying' | 'settling' | 'done' | 'failed' | 'skipped'

/** What is to be done now. */
export interface Step {
  start: number[]
  skip: { entry: number; because: number }[]
}

/** Which entries start, in the order of the list and at most `parallel` at once, and which never will. */
export function planStep(graph: Graph, states: readonly State[], parallel: number): Step {
  const waiting = [...states.keys()].filter(entry => states[entry] === 'waiting')
  const skip = waiting.flatMap(entry => {
    const because = findFailure(entry, graph, states)
    return because === undefined ? [] : [{ entry, because }]
  })
  const isReady = (entry: number) =>
    [...graph.after[entry]!.keys()].every(before => states[before] === 'done')
  const places = parallel - states.filter(state => state === 'applying').length
  return { start: waiting.filter(isReady).slice(0, Math.max(0, places)), skip }
}

/** The nearest failed entry that an entry depends on, directly or through others. */
function findFailure(entry: number, { after }: Graph, states: readonly State[]): number | undefined {
  const seen = new Set([entry])
  for (const place of seen) {
    if (states[place] === 'failed') return place
    for (const before of after[place]!.keys()) seen.add(before)
  }
  return undefined
}
