import { stringify } from 'yaml'
import type { SshKeyPair } from './openssh.js'

export interface FirstBoot {
  /** Who may log in as root, as a line of `authorized_keys`. */
  userKey: string
  /** By which the server proves who it is at the first contact, and only then: it gets a key of its own at once. */
  hostKey: SshKeyPair
}

/** Sorts before the file of cloud-init itself: of two values sshd takes the first. */
const sshdFile = '/etc/ssh/sshd_config.d/10-lok8s.conf'

const sshdSettings = `PermitRootLogin prohibit-password
PasswordAuthentication no
KbdInteractiveAuthentication no
`

/**
 * What a server does at its first boot, as cloud-init reads it. Whoever has a token of the project can read it for ever,
 * and so can the server itself: no secret may stand in it that is worth anything after the first contact.
 */
export function renderUserData({ userKey, hostKey }: FirstBoot): string {
  const config = {
    ssh_pwauth: false,
    disable_root: false,
    ssh_authorized_keys: [userKey],
    ssh_deletekeys: true,
    ssh_genkeytypes: ['ed25519'],
    ssh_keys: { ed25519_private: hostKey.privateKey, ed25519_public: hostKey.publicKey },
    write_files: [{ path: sshdFile, permissions: '0600', owner: 'root:root', content: sshdSettings }],
    // No packages: a mirror that is down, or a lock of apt, must not keep a node from joining.
    package_update: false,
    package_upgrade: false,
  }
  return `#cloud-config\n${stringify(config, { lineWidth: 0 })}`
}
