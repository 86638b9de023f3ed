import { parse } from 'yaml'
import type { ServerItem } from '../../../hcloud/simulator/state.js'
import { keyOf } from '../openssh.js'
import type { Etcd } from './etcd.js'

/** What is on the disk of a simulated server, and what runs on it. It lives and dies with the server. */
export interface Machine {
  server: ServerItem
  /** When it was started last; undefined while it is off. */
  startedAt: number | undefined
  /** How often it was started. */
  starts: number
  /** The keys that it lets in, without their comments. */
  authorizedKeys: Set<string>
  /** By which it proves who it is. */
  hostKey: string
  /** Made, and not yet used. */
  nextHostKey: string | undefined
  k3s: K3s
}

/** k3s on one server. */
export interface K3s {
  /** The release of the program; undefined without one. */
  program: string | undefined
  config: Record<string, unknown>
  token: string
  /** What it was started as; undefined until then. It starts with the server from then on. */
  kind: 'server' | 'agent' | undefined
  /** What it was started with last, and the release of that. */
  mark: string | undefined
  running: string | undefined
  /** Since when everything it needs has been there, while it starts. */
  since: number | undefined
  isReady: boolean
  /** The control plane that its data is of. */
  etcd: Etcd | undefined
  /** It has been a node before. */
  hasJoined: boolean
  /** What it says of its troubles. */
  journal: string[]
  /** Why it never starts, for a trouble that is wanted. */
  defect: string | undefined
}

/** What cloud-init reads of the user data. */
interface UserData {
  ssh_authorized_keys?: string[]
  ssh_keys?: { ed25519_public?: string }
}

/** A server as it is after its first boot. `uploaded` are the keys of the project that it was made with. */
export function newMachine(server: ServerItem, uploaded: readonly string[]): Machine {
  const { ssh_authorized_keys: keys = [], ssh_keys: host = {} } = readUserData(server.userData)
  return {
    server,
    startedAt: undefined,
    starts: 0,
    authorizedKeys: new Set([...keys, ...uploaded].map(keyOf)),
    hostKey: keyOf(host.ed25519_public ?? ''),
    nextHostKey: undefined,
    k3s: {
      program: undefined,
      config: {},
      token: '',
      kind: undefined,
      mark: undefined,
      running: undefined,
      since: undefined,
      isReady: false,
      etcd: undefined,
      hasJoined: false,
      journal: [],
      defect: undefined,
    },
  }
}

function readUserData(text: string): UserData {
  // Without this line cloud-init does not take it for a configuration.
  return text.startsWith('#cloud-config\n') ? (parse(text) as UserData) : {}
}
