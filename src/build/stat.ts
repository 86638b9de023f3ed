import { type Stats, statSync } from 'node:fs'

/** What a path leads to; undefined when it leads nowhere, or cannot be followed. */
export function statOf(file: string): Stats | undefined {
  try {
    return statSync(file)
  } catch {
    return undefined
  }
}
