import { parse } from 'yaml'
import type { Manifest } from './manifest.js'

/** Shorter ones are found in any text by chance. */
const shortest = 6

/** Takes the values of these Secrets out of a text, in clear and as base64. */
export function redactSecrets(manifests: readonly Manifest[]): (text: string) => string {
  const values = manifests
    .filter(({ id }) => id.group === '' && id.kind === 'Secret')
    .flatMap(valuesOf)
    .filter(value => value.length >= shortest)
  const longestFirst = [...new Set(values)].sort((a, b) => b.length - a.length)
  return text => longestFirst.reduce((said, value) => said.replaceAll(value, '***'), text)
}

function valuesOf({ text }: Manifest): string[] {
  const { data, stringData } = parse(text, { schema: 'failsafe', logLevel: 'error' }) as Record<
    string,
    unknown
  >
  const clear = textsOf(stringData)
  const encoded = textsOf(data).map(value => value.replace(/\s/g, ''))
  const decoded = encoded.map(value => Buffer.from(value, 'base64').toString())
  // A log has lines: each of a long value counts.
  const lines = [...clear, ...decoded]
    .flatMap(value => [value, ...value.split(/\r?\n/)])
    .map(line => line.trim())
  return [...lines, ...encoded, ...clear.map(value => Buffer.from(value).toString('base64'))]
}

function textsOf(map: unknown): string[] {
  if (typeof map !== 'object' || map === null) return []
  return Object.values(map).filter(value => typeof value === 'string')
}
