import type { Graph } from './graph.js'

/** When an entry started, and when those that wait for it could go on; undefined for one that was not reached. */
export type Times = readonly ({ start: number; end: number } | undefined)[]

/**
 * The chain of entries that decided how long the bootstrap took: the one that ended last, before it the one it waited
 * for longest, and so on. To be faster, one of these has to be.
 */
export function findCriticalPath({ after }: Graph, times: Times): number[] {
  const lastOf = (entries: Iterable<number>) => {
    let last: number | undefined
    for (const entry of entries) {
      if (times[entry] && (last === undefined || times[entry].end > times[last]!.end)) last = entry
    }
    return last
  }
  const path: number[] = []
  for (let at = lastOf(times.keys()); at !== undefined; at = lastOf(after[at]!.keys())) path.unshift(at)
  return path
}
