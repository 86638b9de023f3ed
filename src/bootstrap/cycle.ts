/**
 * A way from a place back to itself, without its end, beginning with its first place; undefined when there is none.
 * `after` holds for each place those that come before it.
 */
export function findCycle(after: readonly ReadonlyMap<number, unknown>[]): number[] | undefined {
  const left = new Set(after.keys())
  const nextOf = (place: number) => [...after[place]!.keys()].find(before => left.has(before))
  for (let free = [...left]; free.length > 0; ) {
    free = [...left].filter(place => nextOf(place) === undefined)
    for (const place of free) left.delete(place)
  }
  // What is left waits for something that is left: following that leads into a cycle.
  const trail: number[] = []
  for (let place = [...left][0]; place !== undefined; place = nextOf(place)) {
    const seen = trail.indexOf(place)
    if (seen >= 0) return rotate(trail.slice(seen))
    trail.push(place)
  }
  return undefined
}

/** Its picture shall not depend on where the search came upon it. */
function rotate(cycle: number[]): number[] {
  const first = cycle.indexOf(Math.min(...cycle))
  return [...cycle.slice(first), ...cycle.slice(0, first)]
}
