import type { Taint } from '../wanted.js'
import { renderScript, type Script } from './script.js'

/** While etcd changes its leader the API server fails for some seconds, so each of these is tried again for 12. */
const retrying = `
kubectl() {
  local tries=1
  until k3s kubectl --request-timeout="\${patience:-20}s" "$@"; do
    ((tries++ < 5)) || return 1
    sleep 3
  done
}
`

/** Where a node keeps what `lo` has given it; see `NodeState.given`. */
const note = 'lok8s.dev/given'

const list = `${retrying}
kubectl get nodes -o 'jsonpath={range .items[*]}{.metadata.name}{"\\t"}{.status.nodeInfo.kubeletVersion}{"\\t"}{.status.conditions[?(@.type=="Ready")].status}{"\\t"}{.metadata.labels}{"\\t"}{.spec.taints}{"\\t"}{.metadata.annotations.lok8s\\.dev/given}{"\\n"}{end}'
`

export interface NodeState {
  name: string
  /** Of its kubelet, such as `v1.33.5+k3s1`. */
  version: string
  isReady: boolean
  labels: Readonly<Record<string, string>>
  taints: readonly Taint[]
  /** The labels, and the taints as `key:effect`, that it has from `lo`: what is not wanted any more is taken off again. */
  given: readonly string[]
}

/**
 * Prints a line for each node: name, version, `True`, `False` or `Unknown`, labels and taints as JSON, and what it was
 * given, with tabs between them. To be run on a control plane, as all of these.
 */
export function listNodes(): Script {
  return renderScript('list-nodes', list)
}

export function parseNodes(stdout: string): NodeState[] {
  return stdout.split('\n').flatMap(line => {
    const [name, version = '', ready, labels, taints, given] = line.split('\t')
    if (!name) return []
    return {
      name,
      version,
      isReady: ready === 'True',
      labels: JSON.parse(labels || '{}') as Record<string, string>,
      taints: (JSON.parse(taints || '[]') as Partial<Taint>[]).map(
        taint => ({ value: '', ...taint }) as Taint,
      ),
      given: given ? given.split(' ') : [],
    }
  })
}

const change = `${retrying}
read -ra nodes <<<"$nodes"
read -ra labels <<<"$labels"
read -ra taints <<<"$taints"
if ((\${#labels[@]})); then kubectl label node "\${nodes[@]}" --overwrite "\${labels[@]}" >/dev/null; fi
if ((\${#taints[@]})); then kubectl taint node "\${nodes[@]}" --overwrite "\${taints[@]}" >/dev/null; fi
kubectl annotate node "\${nodes[@]}" --overwrite "${note}=$given" >/dev/null
echo changed
`

export interface NodeChange {
  nodes: readonly string[]
  /** As kubectl takes them: `key=value`, or `key-` for one that goes. */
  labels: readonly string[]
  /** `key=value:effect`, or `key:effect-`. */
  taints: readonly string[]
  /** All that the nodes have from `lo` then. */
  given: readonly string[]
}

/** Changes labels and taints of nodes. None of them has a blank or a quote: the spec is checked. */
export function changeNodes({ nodes, labels, taints, given }: NodeChange): Script {
  return renderScript('change-nodes', change, {
    nodes: nodes.join(' '),
    labels: labels.join(' '),
    taints: taints.join(' '),
    given: given.join(' '),
  })
}

const drain = `${retrying}
found=$(kubectl get node "$node" -o name --ignore-not-found)
if [[ -z $found ]]; then
  echo absent
  exit
fi
kubectl cordon "$node" >/dev/null
start=$SECONDS
if words=$(k3s kubectl drain "$node" --ignore-daemonsets --delete-emptydir-data --timeout="\${seconds}s" 2>&1); then
  echo drained
elif ((SECONDS - start < seconds)); then
  echo refused
else
  echo late
fi
tail -n 20 <<<"$words"
`

/**
 * Moves the pods of a node elsewhere. Prints `absent`, or how that ended and what kubectl has said: `drained`, `late`, or
 * `refused` for pods that kubectl does not evict.
 */
export function drainNode(node: string, seconds: number): Script {
  return renderScript('drain-node', drain, { node, seconds: String(seconds) })
}

const remove = `${retrying}
patience=60
kubectl delete node "$node" --ignore-not-found --timeout=60s >/dev/null
echo removed
`

/**
 * Takes a node out of the cluster. k3s takes a control plane out of etcd with it, without which a new server of the
 * same name could not join: https://docs.k3s.io/cli/etcd-snapshot and https://github.com/k3s-io/k3s/issues/2732.
 */
export function removeNode(node: string): Script {
  return renderScript('remove-node', remove, { node })
}
