import path from 'node:path'
import { LoError, type Problem } from '../errors.js'
import type { Event } from '../events.js'
import type { Output } from './output.js'

/**
 * Engines name files relative to the project; people click on them, and annotations find them, as seen from where
 * they are. Absolute names stay.
 */
export function withPlaces(output: Output, seenFrom: string): Output {
  let root: string | undefined
  const locate = <Place extends Problem>(problem: Place): Place => {
    if (root === undefined || problem.file === undefined || path.isAbsolute(problem.file)) return problem
    return { ...problem, file: path.relative(seenFrom, path.join(root, problem.file)) }
  }
  const locateError = <Thrown extends Error>(error: Thrown): Thrown | LoError => {
    if (!(error instanceof LoError)) return error
    const { code, message, detail, hint, problems, cause } = error
    return new LoError(code, message, {
      ...(detail && { detail }),
      ...(hint && { hint }),
      problems: problems.map(locate),
      cause,
    })
  }
  const locateEvent = (event: Event): Event => {
    if (event.type === 'warning') return locate(event)
    if ((event.type !== 'target-finished' && event.type !== 'entry-finished') || !event.error) return event
    return { ...event, error: locateError(event.error) }
  }
  return {
    ...output,
    event: event => {
      if (event.type === 'project-found') root = event.root
      output.event(locateEvent(event))
    },
    error: error => output.error(locateError(error)),
  }
}
