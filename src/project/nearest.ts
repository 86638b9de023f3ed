import { closest, distance } from 'fastest-levenshtein'

/** The candidate that a misspelled word most likely meant; undefined when none is close. */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  if (candidates.length === 0) return undefined
  const found = closest(
    word.toLowerCase(),
    candidates.map(candidate => candidate.toLowerCase()),
  )
  const candidate = candidates.find(candidate => candidate.toLowerCase() === found)!
  const most = Math.max(1, Math.floor(Math.max(word.length, candidate.length) * 0.4))
  return distance(word.toLowerCase(), found) <= most ? candidate : undefined
}

/** `did you mean "x"?`, or else what there is, as far as that is short enough to read; for the end of a sentence. */
export function suggest(word: string, candidates: readonly string[]): string | undefined {
  const meant = nearest(word, candidates)
  if (meant !== undefined) return `did you mean "${meant}"?`
  if (candidates.length === 0) return undefined
  const shown = candidates.slice(0, 12).join(', ')
  return `there are: ${shown}${candidates.length > 12 ? ', …' : ''}`
}
