import { renderScript, type Script } from './script.js'
import { type K3sKind, unitOf } from './start-k3s.js'

const body = `
is_ready() {
  systemctl -q is-active "$unit" || return 1
  [[ $unit != k3s ]] || k3s kubectl get --raw /readyz --request-timeout=5s >/dev/null 2>&1
}
end=$((SECONDS + seconds))
while ! is_ready; do
  if ((SECONDS >= end)); then
    echo late
    journalctl -u "$unit" -n 50 --no-pager -o cat 2>/dev/null || true
    exit
  fi
  sleep 1
done
echo ready
`

/**
 * Waits until k3s is at work: a worker has joined, the API server of a control plane says that it is ready. Prints
 * `ready`; or, when that takes longer, `late` and the end of the journal of k3s.
 */
export function waitForK3s({ kind, seconds }: { kind: K3sKind; seconds: number }): Script {
  return renderScript('wait-for-k3s', body, { unit: unitOf(kind), seconds: String(seconds) })
}
