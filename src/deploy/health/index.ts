import { groupOf, type KubeObject, type ObjectId } from '../../kube/object.js'
import { apiService } from './api-service.js'
import { conditions } from './conditions.js'
import { customResourceDefinition } from './custom-resource-definition.js'
import { daemonSet } from './daemon-set.js'
import { deployment } from './deployment.js'
import { horizontalPodAutoscaler } from './horizontal-pod-autoscaler.js'
import { job } from './job.js'
import { namespace } from './namespace.js'
import { node } from './node.js'
import { persistentVolume } from './persistent-volume.js'
import { persistentVolumeClaim } from './persistent-volume-claim.js'
import { pod } from './pod.js'
import { podDisruptionBudget } from './pod-disruption-budget.js'
import { listOf, numberAt, oneLine, textAt } from './read.js'
import { replicaSet } from './replica-set.js'
import { type Health, healthy, progressing, type Rule, type Surroundings } from './rule.js'
import { service } from './service.js'
import { statefulSet } from './stateful-set.js'

export type { Health, Surroundings } from './rule.js'

/**
 * Whether an object of the cluster is ready, in the sense of kstatus. Questions are asked in a fixed order: is it
 * being deleted, has its controller seen the newest generation, what does the rule of its kind say, and for kinds
 * without a rule what the usual conditions say. Whatever says nothing of itself is healthy. Never throws: a field
 * of the wrong type counts as absent. Items of a list answer come without `apiVersion` and `kind`; those have to be
 * filled in, or the answer is `unknown`.
 *
 * Source: https://github.com/kubernetes-sigs/cli-utils/tree/master/pkg/kstatus
 */
export function health(object: KubeObject, more: Surroundings = {}): Health {
  const [apiVersion, kind] = [textAt(object, 'apiVersion'), textAt(object, 'kind')]
  if (!apiVersion || !kind) return { state: 'unknown', message: 'does not say what it is' }
  const key = `${groupOf({ apiVersion })}/${kind}`
  return (
    terminating(object) ??
    settledKinds.get(key)?.(object, more) ??
    unobserved(object) ??
    (watchedKinds.get(key) ?? conditions)(object, more)
  )
}

/**
 * Whether the health of such objects can change once they exist. What needs no watch is healthy in the answer to the
 * apply, and stays so until it is deleted.
 */
export function isWatched({ group, kind }: Pick<ObjectId, 'group' | 'kind'>): boolean {
  return !settledKinds.has(`${group}/${kind}`)
}

const exists: Rule = () => healthy('exists')

/** Kinds whose objects are healthy as soon as they exist: no controller has to do anything before they count. */
const settledKinds = new Map<string, Rule>([
  ['/ConfigMap', exists],
  ['/Endpoints', exists],
  ['/LimitRange', exists],
  ['/PodTemplate', exists],
  ['/ResourceQuota', exists],
  ['/Secret', exists],
  ['/Service', service],
  ['/ServiceAccount', exists],
  ['admissionregistration.k8s.io/MutatingAdmissionPolicy', exists],
  ['admissionregistration.k8s.io/MutatingAdmissionPolicyBinding', exists],
  ['admissionregistration.k8s.io/MutatingWebhookConfiguration', exists],
  ['admissionregistration.k8s.io/ValidatingAdmissionPolicy', exists],
  ['admissionregistration.k8s.io/ValidatingAdmissionPolicyBinding', exists],
  ['admissionregistration.k8s.io/ValidatingWebhookConfiguration', exists],
  ['apps/ControllerRevision', exists],
  ['autoscaling/HorizontalPodAutoscaler', horizontalPodAutoscaler],
  ['batch/CronJob', exists],
  ['coordination.k8s.io/Lease', exists],
  ['discovery.k8s.io/EndpointSlice', exists],
  ['gateway.networking.k8s.io/Gateway', exists],
  ['networking.k8s.io/Ingress', exists],
  ['networking.k8s.io/IngressClass', exists],
  ['networking.k8s.io/NetworkPolicy', exists],
  ['node.k8s.io/RuntimeClass', exists],
  ['rbac.authorization.k8s.io/ClusterRole', exists],
  ['rbac.authorization.k8s.io/ClusterRoleBinding', exists],
  ['rbac.authorization.k8s.io/Role', exists],
  ['rbac.authorization.k8s.io/RoleBinding', exists],
  ['scheduling.k8s.io/PriorityClass', exists],
  ['storage.k8s.io/CSIDriver', exists],
  ['storage.k8s.io/StorageClass', exists],
])

const watchedKinds = new Map<string, Rule>([
  ['/Namespace', namespace],
  ['/Node', node],
  ['/PersistentVolume', persistentVolume],
  ['/PersistentVolumeClaim', persistentVolumeClaim],
  ['/Pod', pod],
  ['/ReplicationController', replicaSet],
  ['apiextensions.k8s.io/CustomResourceDefinition', customResourceDefinition],
  ['apiregistration.k8s.io/APIService', apiService],
  ['apps/DaemonSet', daemonSet],
  ['apps/Deployment', deployment],
  ['apps/ReplicaSet', replicaSet],
  ['apps/StatefulSet', statefulSet],
  ['batch/Job', job],
  ['policy/PodDisruptionBudget', podDisruptionBudget],
])

function terminating(object: KubeObject): Health | undefined {
  if (!textAt(object, 'metadata', 'deletionTimestamp')) return undefined
  const finalizers = listOf(object, 'metadata', 'finalizers').filter(name => typeof name === 'string')
  const held = finalizers.length > 0 ? `, held by ${finalizers.join(', ')}` : ''
  return { state: 'terminating', message: oneLine(`is being deleted${held}`) }
}

/** Controllers that don't say which generation they have seen are given the benefit of the doubt, as in kstatus. */
function unobserved(object: KubeObject): Health | undefined {
  const generation = numberAt(object, 'metadata', 'generation')
  const observed = numberAt(object, 'status', 'observedGeneration')
  if (generation === undefined || observed === undefined || observed >= generation) return undefined
  return progressing(`observed generation ${observed}, waiting for ${generation}`)
}
