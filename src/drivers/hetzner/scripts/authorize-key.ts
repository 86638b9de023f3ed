import { keyOf } from '../openssh.js'
import { renderScript, type Script } from './script.js'

const body = `
mkdir -p "\${file%/*}"
touch "$file"
answer=unchanged
if ! grep -qF "$key" "$file"; then
  printf '%s\\n' "$key" >>"$file"
  answer=changed
fi
if [[ -n $instead ]] && grep -qF "$instead" "$file"; then
  grep -vF "$instead" "$file" >"$file.new"
  mv "$file.new" "$file"
  answer=changed
fi
echo "$answer"
`

export interface AuthorizeKey {
  /** A line of `authorized_keys`. */
  key: string
  /** The key that is not let in any more. */
  instead?: string
  file?: string
}

/** Lets a key in, and another one out. Prints `changed` or `unchanged`. */
export function authorizeKey({ key, instead, file = '/root/.ssh/authorized_keys' }: AuthorizeKey): Script {
  const values = { key: keyOf(key), instead: instead === undefined ? '' : keyOf(instead), file }
  return renderScript('authorize-key', body, values)
}
