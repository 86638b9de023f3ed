import { renderScript, type Script } from './script.js'

// It prints dots while it waits. Status 2 is `degraded`: https://docs.cloud-init.io/en/latest/explanation/return_codes.html.
const body = `
status=0
timeout "$seconds" cloud-init status --wait >/dev/null 2>&1 || status=$?
case $status in
  0) echo "done" ;;
  2) echo degraded ;;
  124) echo late ;;
  *) echo failed ;;
esac
if [[ $status != 0 ]]; then tail -n 30 "$log" 2>/dev/null || true; fi
`

/**
 * Waits until cloud-init has done what the user data says. Prints `done`, `degraded`, `late` or `failed`, and behind all
 * but the first the end of its log.
 */
export function waitForBoot({
  seconds,
  log = '/var/log/cloud-init-output.log',
}: {
  seconds: number
  log?: string
}): Script {
  return renderScript('wait-for-boot', body, { seconds: String(seconds), log })
}
