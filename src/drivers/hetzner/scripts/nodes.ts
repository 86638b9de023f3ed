import { renderScript, type Script } from './script.js'

const kubectl = 'k3s kubectl --request-timeout=20s'

const list = `
${kubectl} get nodes -o 'jsonpath={range .items[*]}{.metadata.name}{" "}{.status.nodeInfo.kubeletVersion}{" "}{.status.conditions[?(@.type=="Ready")].status}{"\\n"}{end}'
`

export interface NodeState {
  name: string
  /** Of its kubelet, such as `v1.33.5+k3s1`. */
  version: string
  isReady: boolean
}

/** Prints `<name> <version> <True|False|Unknown>` for each node. To be run on a control plane, as all of these. */
export function listNodes(): Script {
  return renderScript('list-nodes', list)
}

export function parseNodes(stdout: string): NodeState[] {
  return stdout
    .split('\n')
    .map(line => line.trim().split(' '))
    .flatMap(([name, version = '', ready]) => (name ? [{ name, version, isReady: ready === 'True' }] : []))
}

const label = `
read -ra pairs <<<"$labels"
${kubectl} label node "$node" --overwrite "\${pairs[@]}"
`

/** Gives a node labels that it may not give itself. `labels` have neither blanks nor quotes: the spec is checked. */
export function labelNode(node: string, labels: Readonly<Record<string, string>>): Script {
  const pairs = Object.entries(labels).map(([key, value]) => `${key}=${value}`)
  return renderScript('label-node', label, { node, labels: pairs.join(' ') })
}

const drain = `
if ! ${kubectl} get node "$node" -o name >/dev/null 2>&1; then
  echo absent
  exit
fi
${kubectl} cordon "$node" >/dev/null
if words=$(k3s kubectl drain "$node" --ignore-daemonsets --delete-emptydir-data --timeout="\${seconds}s" 2>&1); then
  echo drained
else
  echo late
  tail -n 20 <<<"$words"
fi
`

/** Moves the pods of a node elsewhere. Prints `drained`, `absent`, or `late` and what has been in the way. */
export function drainNode(node: string, seconds: number): Script {
  return renderScript('drain-node', drain, { node, seconds: String(seconds) })
}

const remove = `
k3s kubectl delete node "$node" --ignore-not-found --timeout=60s --request-timeout=60s >/dev/null
echo removed
`

/**
 * Takes a node out of the cluster. k3s takes a control plane out of etcd with it, without which a new server of the
 * same name could not join: https://docs.k3s.io/cli/etcd-snapshot and https://github.com/k3s-io/k3s/issues/2732.
 */
export function removeNode(node: string): Script {
  return renderScript('remove-node', remove, { node })
}
