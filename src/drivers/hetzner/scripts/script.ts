/**
 * A script of bash with the values it works with, to be read by `bash -s` from its input: what stands there is in no
 * argument list and in no environment, so a value may be a secret. Values reach the script quoted, whatever they hold.
 */
export function renderScript(body: string, values: Readonly<Record<string, string>>): string {
  const assignments = Object.entries(values).map(([name, value]) => `${checkName(name)}=${quote(value)}`)
  return ['set -euo pipefail', 'umask 077', ...assignments, body.trim(), ''].join('\n')
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
