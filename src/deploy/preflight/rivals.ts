import type { Context } from '../../context.js'
import { keyOf, showId } from '../../kube/object.js'
import type { Manifest } from '../artifact/manifest.js'
import type { PlannedTarget } from '../deploy.js'

/**
 * Warns of an object that two targets have, with different content: each deploy would change it there and back. The
 * same content twice, such as that of a Namespace, harms nobody.
 */
export function warnOfRivals(targets: readonly PlannedTarget[], { output }: Pick<Context, 'output'>): void {
  const seen = new Map<string, { target: string; manifest: Manifest }>()
  for (const { target, manifests } of targets) {
    for (const manifest of manifests) {
      const key = keyOf(manifest.id)
      const other = seen.get(key)
      seen.set(key, { target, manifest })
      if (!other || other.manifest.text === manifest.text) continue
      output.event({
        type: 'warning',
        file: manifest.file,
        line: manifest.line,
        message: `${showId(manifest.id)} differs from the one in ${other.target}: ${target} is applied later and wins, in every deploy anew`,
        hint: 'keep it in one of the targets',
      })
    }
  }
}
