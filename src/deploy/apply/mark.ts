import { createHash } from 'node:crypto'
import { keyOf } from '../../kube/object.js'
import type { Manifest } from '../artifact/manifest.js'
import { isWatched } from '../health/index.js'
import { isBuiltInGroup } from '../preflight/built-in-group.js'
import type { Seen } from './look-up.js'

/**
 * Marks of objects that stood in a cluster exactly as they had been applied. An object that still has the version of
 * that moment, and whose text is the same, would not be changed by another apply: it is left out then.
 */
export interface Marks {
  /** Whether the object is as it was when it was marked. */
  has: (manifest: Manifest, seen: Seen) => boolean
  /** One text for the marks of all of these, for the record. */
  write: (marked: readonly { manifest: Manifest; seen: Seen }[]) => string
}

export interface MarkContext {
  /** The text of an earlier `write`. */
  known: string
  /** Of the artifact. */
  digest: string
  /** Of the API server: another one may make another object of the same text. */
  version: string
}

const length = 12
/** A ConfigMap, in which the marks of all targets stand, may have a megabyte. */
const mostMarks = 5000

export function createMarks({ known, digest, version }: MarkContext): Marks {
  const marks = new Set(known.match(/.{12}/g))
  const markOf = ({ id, text }: Manifest, { uid, resourceVersion }: Seen) => {
    // Nothing that is made of a Secret alone leaves it, so that nobody can try what it holds.
    const content = isSecret(id) ? digest : text
    const facts = [version, keyOf(id), uid, resourceVersion, content].join('\0')
    return createHash('sha256').update(facts).digest('base64url').slice(0, length)
  }
  return {
    has: (manifest, seen) => marks.size > 0 && canBeMarked(manifest) && marks.has(markOf(manifest, seen)),
    write: marked =>
      marked
        .filter(({ manifest }) => canBeMarked(manifest))
        .slice(0, mostMarks)
        .map(({ manifest, seen }) => markOf(manifest, seen))
        .join(''),
  }
}

const isSecret = ({ group, kind }: Manifest['id']) => group === '' && kind === 'Secret'

/** What has a status changes by itself, and the schema of a custom kind with its definition. */
const canBeMarked = ({ id }: Manifest) => isBuiltInGroup(id.group) && !isWatched(id)
