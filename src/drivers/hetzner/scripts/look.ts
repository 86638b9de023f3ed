import { renderScript, type Script } from './script.js'

const body = `
k3s="none"
if [[ -x $programs/k3s ]]; then k3s=$("$programs/k3s" --version | awk 'NR == 1 { print $3 }'); fi
role="none"
if [[ -d $data/server/db/etcd ]]; then role=server; elif [[ -d $data/agent ]]; then role=agent; fi
joins=$(awk '$1 == "server:" { print $2 }' "$config" 2>/dev/null || true)
echo "k3s=$k3s"
echo "data=$role"
echo "joins=$joins"
`

/** What of k3s there is on a server. */
export interface Look {
  /** The release of the program; undefined without one. */
  k3s: string | undefined
  /** Whose data is there: of a control plane with its part of etcd, of a worker, of nobody. */
  data: 'server' | 'agent' | 'none'
  /** Where its configuration lets it join; undefined when it has none, or makes the cluster. */
  joins: string | undefined
}

/** Finds out what a server has been so far. Prints `k3s=…`, `data=…` and `joins=…`; see `Look`. Changes nothing. */
export function look({
  programs = '/usr/local/bin',
  data = '/var/lib/rancher/k3s',
  config = '/etc/rancher/k3s/config.yaml',
} = {}): Script {
  return renderScript('look', body, { programs, data, config })
}

export function parseLook(stdout: string): Look {
  const value = (name: string) => new RegExp(`^${name}=(.*)$`, 'm').exec(stdout)?.[1] ?? ''
  const k3s = value('k3s')
  const data = value('data')
  return {
    k3s: k3s === 'none' || k3s === '' ? undefined : k3s,
    data: data === 'server' || data === 'agent' ? data : 'none',
    joins: value('joins') || undefined,
  }
}
