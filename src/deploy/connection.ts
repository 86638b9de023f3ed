import type { KubeApi } from '../kube/api.js'
import type { Kubectl } from '../kube/kubectl.js'
import type { Resources } from '../kube/resources.js'

/** One cluster, in the two ways in which a deploy speaks with it: kubectl writes, the API tells. */
export interface Connection {
  api: KubeApi
  kubectl: Kubectl
  resources: Resources
}
