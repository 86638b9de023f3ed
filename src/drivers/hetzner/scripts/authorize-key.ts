import { renderScript, type Script } from './script.js'

const body = `
mkdir -p "\${file%/*}"
touch "$file"
if grep -qxF "$key" "$file"; then
  echo unchanged
  exit
fi
printf '%s\\n' "$key" >>"$file"
echo changed
`

/** Lets another key in, given as a line of `authorized_keys`. Prints `changed` or `unchanged`. */
export function authorizeKey({
  key,
  file = '/root/.ssh/authorized_keys',
}: {
  key: string
  file?: string
}): Script {
  return renderScript('authorize-key', body, { key, file })
}
