import type { ClusterSpec } from './spec/kinds.js'

/**
 * What a spec says of its cluster, by the names under which targets and addons may refer to it. What the spec does not
 * say is not set.
 */
export function specVariables({ metadata, spec }: ClusterSpec): Record<string, string | undefined> {
  const { kubernetes, cluster, dns, oidc } = spec
  // These belong to some kinds only.
  const { loadBalancer, network, registries } = spec as {
    loadBalancer?: { pool?: string }
    network?: { name?: string; cidr?: string }
    registries?: { prefix?: string }
  }
  const [start, end] = loadBalancer?.pool?.split('-') ?? []
  return {
    LOK8S_SPEC_CLUSTER_NAME: metadata.name,
    LOK8S_SPEC_CLUSTER_DOMAIN: cluster.domain,
    LOK8S_SPEC_CLUSTER_NAMESPACE: cluster.namespace,
    LOK8S_SPEC_KUBERNETES_VERSION: kubernetes?.version,
    LOK8S_SPEC_DNS_DOMAINFILTER: dns?.domainFilter,
    LOK8S_SPEC_OIDC_ISSUER: oidc?.issuer ?? oidc?.issuerUrl,
    LOK8S_SPEC_OIDC_CLIENTID: oidc?.clientID,
    LOK8S_SPEC_OIDC_USERNAMECLAIM: oidc?.usernameClaim,
    LOK8S_SPEC_OIDC_USERNAMEPREFIX: oidc?.usernamePrefix,
    LOK8S_SPEC_OIDC_GROUPSCLAIM: oidc?.groupsClaim,
    LOK8S_SPEC_OIDC_GROUPSPREFIX: oidc?.groupsPrefix,
    LOK8S_SPEC_LOADBALANCER_POOL: loadBalancer?.pool,
    LOK8S_SPEC_LOADBALANCER_POOL_START: start,
    LOK8S_SPEC_LOADBALANCER_POOL_END: end,
    LOK8S_SPEC_NETWORK_NAME: network?.name,
    LOK8S_SPEC_NETWORK_SUBNET: network?.cidr,
    LOK8S_SPEC_REGISTRY_PREFIX: registries?.prefix,
  }
}
