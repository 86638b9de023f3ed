import type { Bootstrap } from '../project/spec/bootstrap.js'

/**
 * What a cluster gets whose spec has no `bootstrap`, by its kind: without a network of its own no node of these gets
 * ready. `bootstrap: []` is not the same: it is nothing, on purpose.
 */
const byKind: Record<string, Bootstrap> = {
  hetzner: ['cilium', 'ccm', 'csi'],
  lo: ['cilium'],
}

export function defaultEntries(kind: string): Bootstrap {
  return byKind[kind.toLowerCase()] ?? []
}
