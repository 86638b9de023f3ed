import { renderScript, type Script } from './script.js'

const body = `
get() { k3s kubectl --request-timeout=20s -n kube-system "$@"; }
secret() { get get secret hcloud -o "jsonpath={.data.$1}" 2>/dev/null | base64 -d || true; }
token=$(secret token)
echo "network=$(secret network)"
echo "token=$([[ -z $token ]] || printf '%s' "$token" | sha256sum | cut -d ' ' -f 1)"
get logs deployment/hcloud-cloud-controller-manager --tail=20 2>&1 || true
`

/** What the cloud controller manager in a cluster works with, and what it says. */
export interface Ccm {
  /** The number of the network, from the Secret `hcloud`; undefined without one. */
  network: string | undefined
  /** The SHA-256 of its token, in hex; undefined without one. */
  tokenDigest: string | undefined
  log: string
}

/** Looks at the cloud controller manager, from a control plane. Prints `network=…`, `token=…`, then its log. */
export function lookAtCcm(): Script {
  return renderScript('look-at-ccm', body)
}

export function parseCcm(stdout: string): Ccm {
  const [network = '', token = '', ...log] = stdout.split('\n')
  return {
    network: network.replace(/^network=/, '') || undefined,
    tokenDigest: token.replace(/^token=/, '') || undefined,
    log: log.join('\n').trim(),
  }
}
