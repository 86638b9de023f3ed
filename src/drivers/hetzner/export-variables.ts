import type { Context } from '../../context.js'
import { LoError } from '../../errors.js'
import type { Job } from './job.js'
import { apiHost } from './kubeconfig.js'
import { label } from './labels.js'
import { surveyProject } from './survey.js'

/** The token that ccm and csi get: one of its own for the cluster keeps the one that may do anything out of it. */
export const clusterTokenOf = ({ HCLOUD_CLUSTER_TOKEN, HCLOUD_TOKEN }: Context['env']) =>
  HCLOUD_CLUSTER_TOKEN || HCLOUD_TOKEN || ''

/** The variables of the addons `cilium`, `ccm` and `csi`. */
export async function exportVariables(
  { hcloud, wanted }: Pick<Job, 'hcloud' | 'wanted'>,
  env: Context['env'],
): Promise<Record<string, string>> {
  const { found, uid } = await surveyProject(hcloud, wanted.cluster)
  const [network] = found.networks
  const controlPlane = found.servers.find(({ labels }) => labels[label.role] === 'control-plane')
  if (!network || !controlPlane || uid === undefined) {
    throw new LoError('CLUSTER_UNKNOWN', `There is no cluster ${wanted.cluster} in this project.`, {
      hint: 'Run `lo provision` first.',
    })
  }
  return {
    LOK8S_USER_HCLOUD_TOKEN: clusterTokenOf(env),
    LOK8S_USER_HCLOUD_NETWORK: String(network.id),
    LOK8S_USER_HCLOUD_LOCATION: controlPlane.location.name,
    LOK8S_USER_CLUSTER_UID: uid,
    LOK8S_USER_CONTROL_PLANES: String(wanted.controlPlane.replicas),
    LOK8S_USER_API_HOST: apiHost(found.loadBalancers[0], controlPlane),
    LOK8S_USER_API_PORT: '6443',
  }
}
