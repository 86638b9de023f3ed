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
  const taken = new Set(withGroup.map(name => `${name}${ending}`.toLowerCase()))
  return withGroup.map((name, index) => {
    const isTooLong = name.length + ending.length > longestFileName
    return isTooLong || isStillTaken(name) ? withHash(name, ids[index]!, taken) : name + ending
  })
}

function countNames(names: readonly string[]): (name: string) => boolean {
  const counts = new Map<string, number>()
  for (const name of names) counts.set(name.toLowerCase(), (counts.get(name.toLowerCase()) ?? 0) + 1)
  return name => counts.get(name.toLowerCase())! > 1
}

/** The hash is of the whole identity; where even that comes twice, the second gets another one. */
function withHash(
  name: string,
  { apiVersion, kind, namespace, name: ownName }: ResourceId,
  taken: Set<string>,
): string {
  const identity = JSON.stringify([apiVersion, kind, namespace, ownName])
  for (let nth = 0; ; nth++) {
    const hash = hashOf(`${identity}${nth || ''}`)
    const file = `${name.slice(0, longestFileName - ending.length - hash.length - 1)}.${hash}${ending}`
    if (taken.has(file.toLowerCase())) continue
    taken.add(file.toLowerCase())
    return file
  }
}

/**
 * FNV-1a with 64 bits, the first twelve digits. It need not be safe, since `withHash` looks whether a name is taken;
 * and to load `node:crypto` takes as long as half a render. http://www.isthe.com/chongo/tech/comp/fnv/
 */
function hashOf(text: string): string {
  let hash = 0xcbf29ce484222325n
  for (const byte of Buffer.from(text)) hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n)
  return hash.toString(16).padStart(16, '0').slice(0, 12)
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
