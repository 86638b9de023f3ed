const prefix = 'rehearsal-'

export const nameOfNode = (index: number) => `${prefix}${index}`

/** The names of the nodes that are wanted. */
export function nodeNames(count: number): string[] {
  return Array.from({ length: count }, (_, index) => nameOfNode(index))
}

/** Whether a node is one of those wanted, one of an earlier run with more of them, or none of the rehearsal's. */
export function ownerOf(name: string | undefined, count: number): 'ours' | 'gone' | 'other' {
  const index = /^rehearsal-(0|[1-9]\d*)$/.exec(name ?? '')?.[1]
  if (index === undefined) return 'other'
  return Number(index) < count ? 'ours' : 'gone'
}
