import type { Manifest } from '../artifact/manifest.js'
import type { Seen } from './look-up.js'

/**
 * Whether applying cannot change anything, since the object is there, and neither its text nor an earlier apply sets any
 * field: as with a Namespace that has but a name. The API server would write it once more all the same, to note that
 * others have set fields before the first apply.
 */
export function claimsNothing({ text }: Pick<Manifest, 'text'>, seen: Seen | undefined): boolean {
  if (!seen || seen.appliedAt !== undefined) return false
  return text.split('\n').every(line => identity.test(line))
}

const identity =
  /^(?:apiVersion: .*|kind: .*|metadata:| {2}creationTimestamp: null| {2}(?:name|namespace): [^{[|>]+|\s*(?:#.*)?)$/
