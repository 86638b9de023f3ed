const shortest = 250
const longest = 5000

/** Milliseconds to wait after so many failures in a row. The API server may be away for as long as it likes. */
export function backoff(failures: number): number {
  return Math.min(shortest * 2 ** Math.max(0, failures - 1), longest)
}
