import { renderScript, type Script } from './script.js'

const folderOfSshd = '/etc/ssh'

const make = `
fresh=$folder/ssh_host_ed25519_key.next
if [[ ! -s $fresh || ! -s $fresh.pub ]]; then
  rm -f "$fresh" "$fresh.pub"
  ssh-keygen -q -t ed25519 -N '' -C "$name" -f "$fresh"
fi
cat "$fresh.pub"
`

/**
 * Makes a host key that nobody else knows, beside the one in use, and prints its public half; again and again the same
 * until it is used. The private half never leaves the server.
 */
export function makeHostKey({ name, folder = folderOfSshd }: { name: string; folder?: string }): Script {
  return renderScript('make-host-key', make, { name, folder })
}

// Sessions outlive a restart of sshd. Debian and Ubuntu call the service ssh, the others sshd.
const use = `
fresh=$folder/ssh_host_ed25519_key.next
if [[ ! -s $fresh ]]; then
  echo unchanged
  exit
fi
if [[ -s $fresh.pub ]]; then
  chmod 644 "$fresh.pub"
  mv "$fresh.pub" "$folder/ssh_host_ed25519_key.pub"
fi
mv "$fresh" "$folder/ssh_host_ed25519_key"
eval "$restart"
echo changed
`

/** Puts that key in the place of the one in use. It counts for connections that begin afterwards. */
export function useHostKey({
  folder = folderOfSshd,
  restart = 'systemctl restart ssh 2>/dev/null || systemctl restart sshd',
}: {
  folder?: string
  restart?: string
} = {}): Script {
  return renderScript('use-host-key', use, { folder, restart })
}
