import { type Bootstrap, type BootstrapOptions, reservedKeys } from '../project/spec/bootstrap.js'
import type { KeyPath } from '../project/spec/place.js'
import type { Source } from '../project/spec/source.js'

/** One entry of `spec.bootstrap` as it stands there: nothing is looked up yet. */
export interface Entry {
  /** What `dependsOn` and messages call it. */
  name: string
  /** Whether `name:` says so, and not the last part of the path. */
  isNamed: boolean
  /** The name of an addon, or a path, as the spec spells it. */
  ref: string
  /** Where the entry stands in the spec, and where its options do. */
  place: KeyPath
  options: KeyPath
  dependsOn: string[]
  /** Everything before it first, everything after it later. */
  isGate: boolean
  env: Record<string, string>
  /** Helm values, the last layer. */
  values?: Record<string, unknown>
  /** Whether the map is values as a whole, the older form. */
  isLegacy: boolean
  /** As the spec spells them, relative to the domain folder. */
  valueFiles: string[]
}

type Item = Bootstrap[number]

/** What the entries say, in their order. `textAt` keeps the spelling of scalars that are no text. */
export function parseEntries(items: Bootstrap, { textAt }: Pick<Source, 'textAt'>): Entry[] {
  return items.map((item, index) => parseEntry(item, index, textAt))
}

function parseEntry(item: Item, index: number, textAt: Source['textAt']): Entry {
  const place = ['spec', 'bootstrap', index]
  const [ref, map] = typeof item === 'string' ? [item, null] : Object.entries(item)[0]!
  const options = [...place, ref]
  const entry = {
    name: lastPart(ref),
    isNamed: false,
    ref,
    place,
    options,
    dependsOn: [],
    isGate: false,
    env: {},
    isLegacy: false,
    valueFiles: [],
  }
  if (map === null || Object.keys(map).length === 0) return entry
  if (!isExplicit(map)) return { ...entry, values: map, isLegacy: true }
  const { name, values, valueFiles = [], env = {}, wait = false, dependsOn = [] } = map
  return {
    ...entry,
    ...(name !== undefined && { name, isNamed: true }),
    ...(values && { values }),
    valueFiles,
    isGate: wait,
    dependsOn: dependsOn.map((item, at) => textAt([...options, 'dependsOn', at]) ?? String(item)),
    env: Object.fromEntries(
      Object.entries(env).map(([key, value]) => [key, textAt([...options, 'env', key]) ?? String(value)]),
    ),
  }
}

/** A map without any reserved key is the older form: helm values alone. */
function isExplicit(map: NonNullable<Exclude<Item, string>[string]>): map is BootstrapOptions {
  return Object.keys(map).some(key => reservedKeys.includes(key))
}

/** The last part of a path; of one that has none, such as `..`, the path itself. */
function lastPart(ref: string): string {
  return ref.split('/').findLast(part => part !== '' && part !== '.') ?? ref
}
