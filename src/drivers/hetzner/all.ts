import pLimit from 'p-limit'
import { LoError } from '../../errors.js'

/** How many things are done at the same time at Hetzner's and on servers. */
export const parallel = 10

/** Does the work for all items, some at a time, and waits for them as `allOf` does. */
export async function forAll<Item, Value>(
  items: readonly Item[],
  work: (item: Item) => Promise<Value>,
  limit = parallel,
): Promise<Value[]> {
  const lane = pLimit(limit)
  return allOf(items.map(item => lane(() => work(item))))
}

/**
 * Waits for all of these, whatever becomes of one: nothing may go on behind the back of an error. Throws what the first
 * has failed with; it names the failures of the others.
 */
export async function allOf<const Works extends readonly unknown[]>(
  works: Works,
): Promise<{ -readonly [Key in keyof Works]: Awaited<Works[Key]> }> {
  const ends = await Promise.allSettled(works)
  const failures = ends.flatMap(end => (end.status === 'rejected' ? [end.reason as unknown] : []))
  if (failures.length > 0) throw joined(failures)
  // Each has ended well: this only unwraps them, with their types.
  return Promise.all(works)
}

/** The first failure, with the others in its evidence. What is no `LoError` is a bug, or an interrupt, and goes first. */
export function joined(failures: readonly unknown[]): unknown {
  const [first, ...others] = failures
  const bug = failures.find(failure => !(failure instanceof LoError))
  if (bug !== undefined || !(first instanceof LoError)) return bug ?? first
  const more = [...new Set(others.map(other => (other as LoError).message))].filter(
    other => other !== first.message,
  )
  if (more.length === 0) return first
  const { code, message, detail, hint, problems, cause } = first
  const evidence = [detail?.trimEnd(), ...more.map(line => `also: ${line}`)].filter(Boolean).join('\n')
  return new LoError(code, message, {
    detail: evidence,
    ...(hint && { hint }),
    problems: [...problems],
    cause,
  })
}
