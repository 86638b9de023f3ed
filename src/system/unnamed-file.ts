import { openSync, unlinkSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { LoError, messageOf } from '../errors.js'

/**
 * A file that has no name any more before anything is written to it, ready to be read from its beginning. A pipe would
 * end wherever `lo` is killed: a manifest cut off in the middle may be a manifest, too.
 */
export function openUnnamed(text: string): number {
  const file = path.join(tmpdir(), `lo-${globalThis.crypto.randomUUID()}`)
  try {
    const descriptor = openSync(file, 'wx+', 0o600)
    unlinkSync(file)
    const content = Buffer.from(text)
    // Written at places: so the descriptor, which the program gets, still stands at the beginning.
    for (let at = 0; at < content.length; ) at += writeSync(descriptor, content, at, content.length - at, at)
    return descriptor
  } catch (cause) {
    const message = `No temporary file can be written in ${tmpdir()}.`
    throw new LoError('WRITE_FAILED', message, { detail: messageOf(cause), cause })
  }
}
