import { parse } from 'yaml'
import type { Manifest } from './manifest.js'

export type Redact = (text: string) => string

/** Shorter ones are found in any text by chance. */
const shortest = 6

/** Takes the values of the Secrets among these manifests out of a text, in clear and as base64. */
export function redactSecrets(manifests: readonly Manifest[]): Redact {
  const secrets = manifests.filter(({ id }) => id.group === '' && id.kind === 'Secret')
  return redactValues(secrets.map(({ text }) => parse(text, { schema: 'failsafe', logLevel: 'error' })))
}

/** The same for Secrets as the API server has them. */
export function redactValues(secrets: readonly unknown[]): Redact {
  const values = secrets.flatMap(valuesOf).filter(value => value.length >= shortest)
  const longestFirst = [...new Set(values)].sort((a, b) => b.length - a.length)
  return text => longestFirst.reduce((said, value) => said.replaceAll(value, '***'), text)
}

function valuesOf(secret: unknown): string[] {
  const { data, stringData } = (secret ?? {}) as Record<string, unknown>
  const clear = textsOf(stringData)
  const encoded = textsOf(data).map(value => value.replace(/\s/g, ''))
  const decoded = encoded.map(value => Buffer.from(value, 'base64').toString())
  // A log has lines: each of a long value counts.
  const lines = [...clear, ...decoded].flatMap(value => [value, ...value.split(/\r?\n/)])
  const again = clear.map(value => Buffer.from(value).toString('base64'))
  return [...lines.map(line => line.trim()), ...encoded, ...again]
}

function textsOf(map: unknown): string[] {
  if (typeof map !== 'object' || map === null) return []
  return Object.values(map).filter(value => typeof value === 'string')
}
