/**
 * Everything that is ever done on a server, in the order in which a server sees it. Each script says in its own file
 * which values it takes and what it prints.
 */
export type ScriptName =
  | 'wait-for-boot'
  | 'make-host-key'
  | 'use-host-key'
  | 'look'
  | 'install-k3s'
  | 'write-k3s-config'
  | 'start-k3s'
  | 'wait-for-k3s'
  | 'read-kubeconfig'
  | 'read-token'
  | 'list-nodes'
  | 'change-nodes'
  | 'look-at-ccm'
  | 'drain-node'
  | 'remove-node'
  | 'authorize-key'

/** One script with its values filled in. */
export interface Script {
  name: ScriptName
  /** What it works with; some of it is secret. */
  values: Readonly<Record<string, string>>
  /** What bash reads. */
  text: string
}

/**
 * A script of bash with the values it works with, to be read by `bash -s` from its input: what stands there is in no
 * argument list and in no environment, so a value may be a secret. Values reach the script quoted, whatever they hold.
 */
export function renderScript(
  name: ScriptName,
  body: string,
  values: Readonly<Record<string, string>> = {},
): Script {
  const assignments = Object.entries(values).map(([key, value]) => `${checkName(key)}=${quote(value)}`)
  // Where k3s is, which not every distribution has on the PATH of a command over SSH.
  const places = 'PATH=$PATH:/usr/local/bin'
  const text = ['set -euo pipefail', 'umask 077', places, ...assignments, body.trim(), ''].join('\n')
  return { name, values, text }
}

function checkName(name: string): string {
  if (/^[a-z][a-z_]*$/.test(name)) return name
  throw new TypeError(`${name} is no name of a variable`)
}

/** Between single quotes bash reads everything as it stands, but for the single quote itself. */
function quote(value: string): string {
  if (value.includes('\0')) throw new TypeError('bash has no value with a NUL in it')
  return `'${value.replaceAll("'", String.raw`'\''`)}'`
}
