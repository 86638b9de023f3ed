import { renderScript } from './script.js'

const body = `
fresh=$folder/ssh_host_ed25519_key.new
rm -f "$fresh" "$fresh.pub"
ssh-keygen -q -t ed25519 -N '' -C "$name" -f "$fresh"
mv "$fresh" "$folder/ssh_host_ed25519_key"
chmod 644 "$fresh.pub"
mv "$fresh.pub" "$folder/ssh_host_ed25519_key.pub"
cat "$folder/ssh_host_ed25519_key.pub"
`

/**
 * Gives a server a key that nobody else knows, and prints its public half. It counts for connections that begin after
 * sshd was restarted. The private half never leaves the server.
 */
export function replaceHostKey({ name, folder = '/etc/ssh' }: { name: string; folder?: string }): string {
  return renderScript(body, { name, folder })
}
