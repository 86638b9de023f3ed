import type { KubeObject } from '../../kube/object.js'
import type { Finding, Unhealthy } from './cause.js'
import { clean } from './message.js'
import { type Fields, listAt, numberAt, textAt } from './read.js'

/**
 * Conditions that say what is wrong, the most telling first. `Ready`, `Stalled` and `Reconciling` are those of
 * kstatus; the others are of Job, Deployment, APIService and CustomResourceDefinition, and of widely used controllers.
 */
const tellingConditions: [type: string, status: string][] = [
  ['Stalled', 'True'],
  ['Failed', 'True'],
  ['FailureTarget', 'True'],
  ['NamesAccepted', 'False'],
  ['Ready', 'False'],
  ['Healthy', 'False'],
  ['Synced', 'False'],
  ['Established', 'False'],
  ['Progressing', 'False'],
  ['Available', 'False'],
  ['Ready', 'Unknown'],
]

/** Kinds whose condition says no more than that replicas are missing; the health rule says how many. */
const counted = new Set(['ReplicaSet', 'StatefulSet', 'DaemonSet', 'Pod'])

/** What the status of an object says itself. */
export function explainCondition({ id, state }: Unhealthy, object: KubeObject): Finding | undefined {
  if (counted.has(id.kind)) return undefined
  const isDeployment = id.kind === 'Deployment' && id.group === 'apps'
  const telling = isDeployment
    ? tellingConditions.filter(([type]) => type === 'Progressing')
    : tellingConditions
  const found = telling.flatMap(([type, status]) => current(object).find(isThat(type, status)) ?? [])[0]
  if (!found) return undefined
  const type = clean(textAt(found, 'type'))
  const reason = clean(textAt(found, 'reason')) || type
  const message = clean(textAt(found, 'message')) || `${type} is ${clean(textAt(found, 'status'))}`
  return { reason, message: tidy(message), object: id, subject: object, isTerminal: state === 'failed' }
}

const isThat = (type: string, status: string) => (condition: Fields) =>
  condition['type'] === type && condition['status'] === status

/** Some controllers note for each condition which generation it is about; older ones are about the past. */
function current(object: KubeObject): Fields[] {
  const generation = numberAt(object, 'metadata', 'generation')
  return listAt(object, 'status', 'conditions').filter(condition => {
    const observed = numberAt(condition, 'observedGeneration')
    return observed === 0 || observed >= generation
  })
}

function tidy(message: string): string {
  return message.replace(/^ReplicaSet "[^"]*" has timed out progressing\.$/, 'the rollout has timed out')
}
