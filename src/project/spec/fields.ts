import * as z from 'zod'

/**
 * A map that knows its keys. The message of an unknown key carries the known ones, one blank between two,
 * from which `explainIssue` picks the nearest.
 */
export function map<Shape extends z.ZodRawShape>(shape: Shape) {
  const known = Object.keys(shape).join(' ')
  return z.strictObject(shape, {
    error: issue => (issue.code === 'unrecognized_keys' ? known : undefined),
  })
}

/** Text of a form. The message of every mismatch is what was expected, as a noun phrase. */
export const text = (form: RegExp, expected: string) =>
  z.string({ error: expected }).regex(form, { error: expected })

export const nonEmpty = text(/\S/, 'text that is not empty')
export const strings = z.array(nonEmpty)
export const labels = z.record(z.string(), z.string())
export const count = (least: number, most: number) => z.int().min(least).max(most)

/** RFC 1123 label. */
export const dnsLabel = (longest: number) =>
  text(
    new RegExp(`^(?=.{1,${longest}}$)[a-z0-9]([-a-z0-9]*[a-z0-9])?$`),
    `lower-case letters, digits and "-", at most ${longest} characters`,
  )

export const namespace = dnsLabel(63).describe('A namespace of the cluster')

/** The same rule as for the folders in `clusters/`, from `name.ts`. */
export const domainName = text(
  /^(?=.{1,253}$)(?!.*\.\.)[a-zA-Z0-9][a-zA-Z0-9._-]*$/,
  'a domain such as example.com',
)

const versionForm = String.raw`v?\d+\.\d+\.\d+([+-][0-9A-Za-z.-]+)?`
export const version = text(new RegExp(`^${versionForm}$`), 'a version such as v1.33.5')
/** The local driver may pin its node image. */
export const versionOrImage = text(
  new RegExp(`^${versionForm}(@sha256:[0-9a-f]{64})?$`),
  'a version such as v1.33.5, or v1.33.5@sha256:…',
)

export const duration = text(/^(\d+(ms|s|m|h))+$/, 'a duration such as 120s or 2m')
export const cidr = text(
  /^(\d{1,3}(\.\d{1,3}){3}\/(\d|[12]\d|3[0-2])|[0-9a-fA-F:]*:[0-9a-fA-F:.]*\/(\d|\d\d|1[01]\d|12[0-8]))$/,
  'an address range such as 10.0.0.0/16',
).refine(isNetwork, { error: 'the address of a network, without bits behind its prefix: 10.0.0.0/16' })

/** Of version 4; what is behind the prefix of a longer address nobody types by mistake. */
function isNetwork(range: string): boolean {
  const [address = '', prefix] = range.split('/')
  // What is no range at all is told by its form.
  if (prefix === undefined || address.includes(':')) return true
  const bits = address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0)
  return bits % 2 ** (32 - Number(prefix)) === 0
}
export const port = count(1, 65535)
export const httpsUrl = text(/^https:\/\/[^\s/]+/, 'an address that begins with https://')
/** Plain HTTP never leaves the machine. */
export const platformUrl = text(
  /^(https:\/\/[^\s/]+|http:\/\/(127\.0\.0\.1|localhost|\[::1\])(:\d+)?(\/|$))/,
  'an address that begins with https://',
)
export const relativePath = text(/^(?!\/)\S/, 'a path relative to this file')

/** A word in any case, spelled as given wherever it is proposed. */
export const anyCase = (word: string) => {
  const letters = [...word].map(letter => `[${letter.toUpperCase()}${letter.toLowerCase()}]`).join('')
  return z.union([z.literal(word), text(new RegExp(`^${letters}$`), word)])
}
