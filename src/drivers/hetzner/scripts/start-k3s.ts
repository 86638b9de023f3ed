import { renderScript, type Script } from './script.js'

/** Which of the two k3s is on a server. */
export type K3sKind = 'server' | 'agent'

/** The name of the service, as the installer of k3s itself calls it. */
export const unitOf = (kind: K3sKind) => (kind === 'server' ? 'k3s' : 'k3s-agent')

/** As https://get.k3s.io writes it, without what only containers need. */
const unitText = (kind: K3sKind, program: string) => `[Unit]
Description=Lightweight Kubernetes
Documentation=https://k3s.io
Wants=network-online.target
After=network-online.target

[Service]
Type=notify
KillMode=process
Delegate=yes
LimitNOFILE=1048576
LimitNPROC=infinity
LimitCORE=infinity
TasksMax=infinity
TimeoutStartSec=0
Restart=always
RestartSec=5s
ExecStartPre=-/sbin/modprobe br_netfilter
ExecStartPre=-/sbin/modprobe overlay
ExecStart=${program} ${kind}

[Install]
WantedBy=multi-user.target
`

// The mark names what the running k3s was started with, so that a second run restarts nothing.
const body = `
file=$units/$unit.service
if [[ ! -f $file ]] || ! cmp -s "$file" <(printf '%s' "$text"); then
  printf '%s' "$text" >"$file.new"
  chmod 644 "$file.new"
  mv "$file.new" "$file"
  systemctl daemon-reload
fi
want=$(sha256sum "$file" "$folder/config.yaml" "$folder/token" "$program" | sha256sum | cut -d ' ' -f 1)
have=$(cat "$folder/.started" 2>/dev/null || true)
if [[ $want == "$have" ]] && ! systemctl -q is-failed "$unit" && systemctl -q is-enabled "$unit"; then
  systemctl start --no-block "$unit"
  echo unchanged
  exit
fi
rm -f "$folder/.started"
systemctl -q enable "$unit"
systemctl restart --no-block "$unit"
printf '%s' "$want" >"$folder/.started"
echo changed
`

/**
 * Starts k3s with the configuration and the program that are there, and has it started at every boot; starts it again
 * when one of them is another than at its last start. Prints `changed` or `unchanged`, and waits for nothing.
 */
export function startK3s({
  kind,
  units = '/etc/systemd/system',
  folder = '/etc/rancher/k3s',
  program = '/usr/local/bin/k3s',
}: {
  kind: K3sKind
  units?: string
  folder?: string
  program?: string
}): Script {
  return renderScript('start-k3s', body, {
    unit: unitOf(kind),
    text: unitText(kind, program),
    units,
    folder,
    program,
  })
}
