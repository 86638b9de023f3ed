import { expect, it } from 'vitest'
import { checkUpgrade } from '../../../src/drivers/hetzner/check-upgrade.js'
import { LoError } from '../../../src/errors.js'
import { controlPlane, wantedOf } from './clusters.js'

/** The nodes of a cluster with one control plane, and what the spec wants of it. */
function refusalOf(nodes: Record<string, string>, version: string): LoError | undefined {
  const known = Object.entries(nodes).map(([name, release]) => ({ name, version: release }))
  try {
    checkUpgrade(known, { ...wantedOf(controlPlane(1)), version })
    return undefined
  } catch (error) {
    if (error instanceof LoError) return error
    throw error
  }
}

it.each<[is: string, wanted: string]>([
  ['v1.33.5+k3s1', 'v1.33.5+k3s1'],
  ['v1.33.5+k3s1', 'v1.33.5+k3s2'],
  ['v1.33.5+k3s1', 'v1.33.10+k3s1'],
  ['v1.33.5+k3s1', 'v1.34.0+k3s1'],
  ['', 'v1.34.0+k3s1'],
])('lets a node go from %s to %s', (is, wanted) => {
  expect(refusalOf({ 'prod-cp-1': is }, wanted)).toBeUndefined()
})

it.each<[is: string, wanted: string, hint: string]>([
  [
    'v1.33.5+k3s1',
    'v1.33.4+k3s1',
    'no way back: set spec.kubernetes.version to v1.33.5+k3s1. Nothing was changed.',
  ],
  ['v1.33.5+k3s2', 'v1.33.5+k3s1', 'no way back: set spec.kubernetes.version to v1.33.5+k3s2.'],
  ['v1.33.5+k3s1', 'v1.32.9+k3s1', 'no way back: set spec.kubernetes.version to v1.33.5+k3s1.'],
  ['v1.33.5+k3s1', 'v1.35.0+k3s1', 'not skipped: set spec.kubernetes.version to v1.34.'],
])('does not let a node go from %s to %s', (is, wanted, hint) => {
  const error = refusalOf({ 'prod-cp-1': is }, wanted)
  expect(error?.code).toBe('SPEC_INVALID')
  expect(error?.message).toBe(`The node prod-cp-1 runs ${is}, and the spec wants ${wanted}.`)
  expect(error?.hint).toContain(hint)
})

it('goes by the newest node backwards and by the oldest forwards, as an upgrade may have been cut off', () => {
  const nodes = { 'prod-cp-1': 'v1.34.1+k3s1', 'prod-cp-2': 'v1.33.5+k3s1' }
  expect(refusalOf(nodes, 'v1.33.5+k3s1')?.hint).toContain('v1.34.1+k3s1')
  expect(refusalOf({ 'prod-cp-1': 'v1.33.5+k3s1', older: 'v1.31.0+k3s1' }, 'v1.34.1+k3s1')).toBeUndefined()
})

it('leaves nodes that the spec does not want behind, as far as Kubernetes allows', () => {
  const behind = (version: string) =>
    refusalOf({ 'prod-cp-1': 'v1.34.0+k3s1', 'prod-old-1': version }, 'v1.35.0+k3s1')
  expect(behind('v1.32.9+k3s1')).toBeUndefined()
  expect(behind('v1.31.9+k3s1')?.hint).toContain('prod-old-1 is not in the spec any more')
  expect(behind('v1.31.9+k3s1')?.hint).toContain('lo provision --shrink')
})
