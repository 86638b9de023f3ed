import type { KubeObject, ObjectId } from '../../kube/object.js'

/** Why some of the objects that are waited for are not healthy: one statement for all that share it. */
export interface Cause {
  /** The word of Kubernetes: `ErrImagePull`, `CrashLoopBackOff`, `Unschedulable`, `FailedCreate`, … */
  reason: string
  /** One line, without what differs from object to object. */
  message: string
  /** The objects that have it, mostly pods. */
  objects: ObjectId[]
  /** Which of the waited-for objects they belong to. */
  owners: ObjectId[]
  /** Waiting cannot help: the deploy may end early. */
  isTerminal: boolean
  /** The container whose log would tell more; `previous` is its run before the current one. */
  logOf?: LogPlace
  /** The newest warning events about the objects, newest first, at most 3, with their counts. */
  events: string[]
  /** What to do next, when it is known. */
  hint?: string
  /** Of the last one in a long list: how many causes it stands for. */
  more?: number
}

export interface LogPlace {
  namespace: string
  pod: string
  container: string
  previous: boolean
}

/** One object that is waited for, and what its health rule says. */
export interface Unhealthy {
  id: ObjectId
  uid?: string
  object?: KubeObject
  state: 'progressing' | 'failed' | 'terminating' | 'missing' | 'unknown'
  message: string
  /** Waiting cannot help. Without it, what has failed counts as such. */
  isTerminal?: boolean
}

export interface Evidence {
  unhealthy: Unhealthy[]
  /** Pods, ReplicaSets, Jobs, and whatever else stands between an object and its pods. */
  related: KubeObject[]
  /** core/v1 Events of the namespaces concerned. */
  events: KubeObject[]
  /**
   * When this deploy began. What happened before may have been repaired by it, so it is still shown, but never ends
   * the wait; and every grace counts from here at the earliest.
   */
  since?: Date
  /**
   * When the API server began to answer again, after an outage in this wait: what controllers could not do meanwhile
   * proves nothing, so every grace counts anew from here.
   */
  answersSince?: Date | undefined
}

/** What one object gives as a cause, before causes are grouped. */
export interface Finding {
  reason: string
  /** Clean, but with the names that differ from object to object. */
  message: string
  object: ObjectId
  /** The object as it is known, for its events and for the names that are its own. */
  subject?: KubeObject | undefined
  isTerminal?: boolean
  logOf?: LogPlace | undefined
  hint?: string | undefined
  /** What it is grouped by instead of its reason, where several words mean the same trouble. */
  group?: string
  /** It repeats the health rule, so anything more precise goes before it. */
  isVague?: boolean
}
