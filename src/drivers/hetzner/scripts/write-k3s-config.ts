import { renderScript, type Script } from './script.js'

export interface WriteK3sConfig {
  config: string
  /** By which nodes join. Secret. Without it the one that is there stays. */
  token?: string
  folder?: string
}

const body = `
mkdir -p "$folder"
answer=unchanged
put() {
  if [[ -f $folder/$1 ]] && cmp -s "$folder/$1" <(printf '%s' "$2"); then return; fi
  printf '%s' "$2" >"$folder/$1.new"
  mv "$folder/$1.new" "$folder/$1"
  answer=changed
}
put config.yaml "$config"
if [[ -n $token ]]; then put token "$token"; fi
echo "$answer"
`

/** Writes what k3s reads at its start, for root alone. Prints `changed` when k3s has to be started again for it. */
export function writeK3sConfig({ config, token = '', folder = '/etc/rancher/k3s' }: WriteK3sConfig): Script {
  return renderScript('write-k3s-config', body, { folder, config, token })
}
