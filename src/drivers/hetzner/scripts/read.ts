import { renderScript, type Script } from './script.js'

/** Prints the kubeconfig of the administrator, as k3s writes it: for an address of the server itself. Secret. */
export function readKubeconfig({ file = '/etc/rancher/k3s/k3s.yaml' } = {}): Script {
  return renderScript('read-kubeconfig', 'cat "$file"', { file })
}

/** Prints the token by which nodes join the cluster that this control plane is of. Secret. */
export function readToken({ file = '/var/lib/rancher/k3s/server/token' } = {}): Script {
  return renderScript('read-token', 'cat "$file"', { file })
}
