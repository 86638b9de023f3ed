import type { SshKeyPair } from './openssh.js'
import type { Script } from './scripts/script.js'

/** A server as it is reached: over SSH, as root. */
export interface Machine {
  /** Of the server and of its node, for people. */
  name: string
  /** Its public address. */
  address: string
  /** 22 where nothing else is said. */
  port?: number
}

export interface ReachOptions {
  /** The keys by which the server may prove who it is, as OpenSSH writes public keys. With any other nothing is sent. */
  hostKeys: readonly string[]
  /** Who asks. */
  key: SshKeyPair
  /** Milliseconds until everything must be over, the connection included. */
  limit: number
}

/** Why nobody knows what a script would have done. Only `late` and `closed` may have run some of it. */
export const unreachable = {
  /** Nothing answers at this address and port: it does not run yet, or a firewall is between. */
  silent: 'there is no answer',
  /** The machine is there, and nothing listens. */
  refused: 'it refuses connections',
  /** The connection ended before the script did. */
  closed: 'the connection was closed',
  /** It took longer than the limit. */
  late: 'it did not end in time',
  /** It proves to be somebody else. */
  'other key': 'its host key is another one',
  denied: 'it does not let this key in',
} as const

export type Unreachable = keyof typeof unreachable

/** How one attempt ended. `detail` is what ssh, or the script on stderr, has said. */
export type Reached =
  | { outcome: 'ended'; status: number; stdout: string; detail: string }
  | { outcome: 'unreachable'; why: Unreachable; detail: string }

/**
 * Runs one script on one server, once: no attempt is repeated here. The script goes in over stdin, so that no value is
 * in an argument list. Throws only for what is no answer: an interrupt, or no program `ssh`.
 */
export type Reach = (machine: Machine, script: Script, options: ReachOptions) => Promise<Reached>
