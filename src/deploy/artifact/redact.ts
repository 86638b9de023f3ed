import { parse } from 'yaml'
import type { Manifest } from './manifest.js'

export type Redact = (text: string) => string

/** Shorter ones are found in any text by chance. */
const shortest = 6

/**
 * Takes the values of the Secrets among these manifests out of a text: in clear, as base64, as they stand in quotes,
 * and what is left of one at the end of a text that was cut.
 */
export function redactSecrets(manifests: readonly Manifest[]): Redact {
  const secrets = manifests.filter(({ id }) => id.group === '' && id.kind === 'Secret')
  let redact: Redact | undefined
  return said => {
    // Most deploys end well, and have nothing to show that may hold a value.
    redact ??= redactValues(secrets.map(({ text }) => parse(text, { schema: 'failsafe', logLevel: 'error' })))
    return redact(said)
  }
}

/** The same for Secrets as the API server has them. */
export function redactValues(secrets: readonly unknown[]): Redact {
  const values = secrets.flatMap(valuesOf).filter(value => value.length >= shortest)
  const longestFirst = [...new Set(values)].sort((a, b) => b.length - a.length)
  return text => {
    const said = longestFirst.reduce((said, value) => said.replaceAll(value, '***'), text)
    return said.includes(cutMark)
      ? said.split(cutMark).map(withoutBeginning(longestFirst)).join(cutMark)
      : said
  }
}

const cutMark = '…'

/** What stands before a cut may end with the beginning of a value; what comes after the last one is whole. */
function withoutBeginning(values: readonly string[]) {
  return (part: string, index: number, parts: readonly string[]): string => {
    if (index === parts.length - 1) return part
    const lengths = values.map(value => lengthOfBeginning(part, value))
    const longest = Math.max(0, ...lengths)
    return longest === 0 ? part : `${part.slice(0, -longest)}***`
  }
}

/** How much of the end of a text is the beginning of a value; too little to tell counts as nothing. */
function lengthOfBeginning(text: string, value: string): number {
  if (!text.includes(value.slice(0, shortest))) return 0
  for (let length = Math.min(text.length, value.length); length >= shortest; length--) {
    if (text.endsWith(value.slice(0, length))) return length
  }
  return 0
}

function valuesOf(secret: unknown): string[] {
  const { data, stringData } = (secret ?? {}) as Record<string, unknown>
  const clear = textsOf(stringData)
  const encoded = textsOf(data).map(value => value.replace(/\s/g, ''))
  const decoded = encoded.map(value => Buffer.from(value, 'base64').toString())
  // A log has lines: each of a long value counts.
  const lines = [...clear, ...decoded].flatMap(value => [value, ...value.split(/\r?\n/)])
  const again = clear.map(value => Buffer.from(value).toString('base64'))
  const quoted = [...clear, ...decoded].map(value => JSON.stringify(value).slice(1, -1))
  return [...lines.map(line => line.trim()), ...quoted, ...encoded, ...again]
}

function textsOf(map: unknown): string[] {
  if (typeof map !== 'object' || map === null) return []
  return Object.values(map).filter(value => typeof value === 'string')
}
