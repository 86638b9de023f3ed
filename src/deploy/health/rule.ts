import type { KubeObject } from '../../kube/object.js'
import { oneLine } from './read.js'

/** The closed list of states. `missing` is for the caller to say, who alone knows that there is no object. */
export type HealthState = 'progressing' | 'healthy' | 'failed' | 'terminating' | 'missing' | 'unknown'

export interface Health {
  state: Exclude<HealthState, 'missing'>
  /** One short line for people, that reads on after the object's name. */
  message: string
  /** Waiting longer cannot help. Other failures may heal: an image appears, a node joins, a crash loop ends. */
  isTerminal?: boolean
  /** How far a rollout is, in replicas or completions. */
  progress?: { done: number; all: number }
}

/** What a rule may need to know besides the object. All of it is optional. */
export interface Surroundings {
  /** `volumeBindingMode` of each storage class, by its name. */
  bindingModes?: ReadonlyMap<string, string>
}

/** The health of an object of one kind that is not being deleted, and whose newest generation is observed. */
export type Rule = (object: KubeObject, more: Surroundings) => Health

export const healthy = (message: string): Health => ({ state: 'healthy', message: oneLine(message) })

export const progressing = (message: string): Health => ({ state: 'progressing', message: oneLine(message) })

export const failed = (message: string): Health => ({ state: 'failed', message: oneLine(message) })

export const terminal = (message: string): Health => ({ ...failed(message), isTerminal: true })

/** A step of a rollout for which there are too few replicas. The predicate is what those that there are do. */
export function fewerThan(done: number, all: number, predicate: string): Health {
  return { ...progressing(`${done} of ${all} ${predicate}`), progress: { done, all } }
}

/** Replicas that have to end: of an older template, or more than are wanted. */
export const surplus = (count: number) =>
  progressing(`waits for ${count} ${count === 1 ? 'replica' : 'replicas'} to end`)

/** All of the replicas are there; none at all is what was asked for, too. */
export function complete(all: number, predicate: string, none = 'no replicas are wanted'): Health {
  if (all === 0) return { ...healthy(none), progress: { done: 0, all: 0 } }
  return { ...healthy(`${all} of ${all} ${predicate}`), progress: { done: all, all } }
}
