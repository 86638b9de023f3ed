import type { KubeObject } from '../../kube/object.js'
import { conditionOf, explain, flagAt, numberAt, textAt } from './read.js'
import { type Health, healthy, progressing, type Rule, terminal } from './rule.js'

/**
 * Done, or suspended on purpose. kstatus calls a job current once it has started, so a job whose image does not exist
 * would pass; with Flux, Helm and kapp we wait for its end: https://github.com/fluxcd/kustomize-controller/issues/553
 *
 * `SuccessCriteriaMet` and `FailureTarget` come first and decide; `Complete` and `Failed` follow when the last pods
 * are gone: https://kubernetes.io/docs/concepts/workloads/controllers/job/#terminal-job-conditions
 */
export const job: Rule = object => {
  const failure = isTrue(object, 'Failed') ?? isTrue(object, 'FailureTarget')
  if (failure) return terminal(explain('has failed', failure.reason, failure.message))
  if (isTrue(object, 'Complete') ?? isTrue(object, 'SuccessCriteriaMet')) return healthy('has completed')
  if (isSuspended(object)) return healthy('is suspended')
  if (!textAt(object, 'status', 'startTime')) return progressing('has not started yet')
  return sayRunning(object)
}

function isTrue(object: KubeObject, type: string) {
  const condition = conditionOf(object, type)
  return condition?.status === 'True' ? condition : undefined
}

/** The spec decides, as the condition follows it late; without that field there is only the condition to ask. */
const isSuspended = (object: KubeObject) =>
  flagAt(object, 'spec', 'suspend') ?? isTrue(object, 'Suspended') !== undefined

function sayRunning(object: KubeObject): Health {
  const count = (name: string) => numberAt(object, 'status', name) ?? 0
  const all = numberAt(object, 'spec', 'completions') ?? numberAt(object, 'spec', 'parallelism') ?? 1
  const done = count('succeeded')
  const failures = count('failed') > 0 ? `, ${count('failed')} failed` : ''
  const message = `${done} of ${all} pods have succeeded, ${count('active')} active${failures}`
  return { ...progressing(message), progress: { done, all } }
}
