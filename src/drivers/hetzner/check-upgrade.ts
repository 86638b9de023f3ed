import { LoError } from '../../errors.js'
import type { NodeState } from './scripts/nodes.js'
import { slotsOf } from './slots.js'
import type { Wanted } from './wanted.js'

/** How many minor versions a kubelet may be behind the API server. */
const mostBehind = 3

/**
 * Kubernetes goes from one minor version to the next, and never back, and nodes that `lo` does not upgrade may be only so
 * far behind: https://kubernetes.io/releases/version-skew-policy/. Throws `SPEC_INVALID` for any other way.
 */
export function checkUpgrade(nodes: readonly Pick<NodeState, 'name' | 'version'>[], wanted: Wanted): void {
  const target = parseVersion(wanted.version)
  if (!target) return
  const known = nodes.flatMap(({ name, version }) => {
    const parts = parseVersion(version)
    return parts ? [{ name, version, parts }] : []
  })
  const newest = known.sort((one, other) => compare(other.parts, one.parts))[0]
  if (newest && compare(newest.parts, target) > 0) {
    throw refusal(newest, wanted, `There is no way back: set spec.kubernetes.version to ${newest.version}.`)
  }
  const names = new Set(slotsOf(wanted).map(({ name }) => name))
  for (const node of known.reverse()) {
    const gap = target[0] - node.parts[0]
    if (names.has(node.name) && gap > 1) {
      const next = `Minor versions are not skipped: set spec.kubernetes.version to v1.${node.parts[0] + 1}.`
      throw refusal(node, wanted, next)
    }
    if (gap > mostBehind) {
      const next = `${node.name} is not in the spec any more, and is not upgraded: \`lo provision --shrink\` with the version before removes it.`
      throw refusal(node, wanted, next)
    }
  }
}

function refusal(
  { name, version }: Pick<NodeState, 'name' | 'version'>,
  wanted: Wanted,
  next: string,
): LoError {
  return new LoError(
    'SPEC_INVALID',
    `The node ${name} runs ${version}, and the spec wants ${wanted.version}.`,
    {
      hint: `${next} Nothing was changed.`,
    },
  )
}

/** Minor version, patch, and build of k3s. */
type Version = [minor: number, patch: number, build: number]

function parseVersion(text: string): Version | undefined {
  const [, minor, patch, build = '0'] = /^v1\.(\d+)\.(\d+)(?:\+k3s(\d+))?/.exec(text) ?? []
  return minor === undefined ? undefined : [Number(minor), Number(patch), Number(build)]
}

function compare(one: Version, other: Version): number {
  return one[0] - other[0] || one[1] - other[1] || one[2] - other[2]
}
