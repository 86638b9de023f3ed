import { createHash } from 'node:crypto'
import type { ResourceId } from './resource.js'

/** What every file system we know of takes. */
const longestFileName = 255
const ending = '.yaml'

/**
 * A file name for each resource: `<Kind>.<namespace>.<name>.yaml`, without the namespace where there is none. The
 * group joins the kind of resources that would share a name, and a hash tells apart what is the same even then.
 * File systems that ignore case are taken into account.
 */
export function planFileNames(ids: readonly ResourceId[]): string[] {
  const short = ids.map(id => join([id.kind, id.namespace, id.name]))
  const isTaken = countNames(short)
  const withGroup = ids.map((id, index) =>
    isTaken(short[index]!) ? join([id.kind, groupOf(id), id.namespace, id.name]) : short[index]!,
  )
  const isStillTaken = countNames(withGroup)
  const seen = new Map<string, number>()
  return withGroup.map((name, index) => {
    const isTooLong = name.length + ending.length > longestFileName
    return isTooLong || isStillTaken(name) ? withHash(name, ids[index]!, seen) : name + ending
  })
}

function countNames(names: readonly string[]): (name: string) => boolean {
  const counts = new Map<string, number>()
  for (const name of names) counts.set(name.toLowerCase(), (counts.get(name.toLowerCase()) ?? 0) + 1)
  return name => counts.get(name.toLowerCase())! > 1
}

/** The hash is of the whole identity; should even that come twice, the second gets another one. */
function withHash(
  name: string,
  { apiVersion, kind, namespace, name: ownName }: ResourceId,
  seen: Map<string, number>,
): string {
  const identity = JSON.stringify([apiVersion, kind, namespace, ownName])
  const nth = seen.get(identity) ?? 0
  seen.set(identity, nth + 1)
  const hash = createHash('sha256')
    .update(`${identity}${nth || ''}`)
    .digest('hex')
    .slice(0, 12)
  return `${name.slice(0, longestFileName - ending.length - hash.length - 1)}.${hash}${ending}`
}

const groupOf = ({ apiVersion }: ResourceId) =>
  apiVersion.includes('/') ? apiVersion.split('/')[0] : undefined

const join = (parts: (string | undefined)[]) =>
  parts
    .filter(part => part)
    .map(part => encode(part!))
    .join('.')

/** Percent-encodes all but letters, digits, `.`, `_` and `-`, and a dot that would hide the file or climb. */
function encode(part: string): string {
  return encodeURIComponent(part.toWellFormed())
    .replace(/[!'()*~]/g, char => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
    .replace(/^\./, '%2E')
}
