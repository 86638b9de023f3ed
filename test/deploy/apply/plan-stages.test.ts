import { describe, expect, it } from 'vitest'
import { planRuns, planStages } from '../../../src/deploy/apply/plan-stages.js'
import type { Manifest } from '../../../src/deploy/artifact/manifest.js'

function manifest(group: string, kind: string, name = kind): Manifest {
  return { apiVersion: group ? `${group}/v1` : 'v1', id: { group, kind, name }, text: '', file: '', line: 1 }
}
const many = (kind: string, count: number, group = '') =>
  Array.from({ length: count }, (_, index) => manifest(group, kind, `${kind}-${index}`))
const kinds = (manifests: readonly Manifest[]) => manifests.map(({ id }) => id.kind)
const sizes = (runs: Manifest[][][]) => runs.map(side => side.map(part => part.length))

describe('stages', () => {
  it('put first what others stand on, and last what may refuse others', () => {
    const manifests = [
      manifest('admissionregistration.k8s.io', 'ValidatingWebhookConfiguration'),
      manifest('apiregistration.k8s.io', 'APIService'),
      manifest('apps', 'Deployment'),
      manifest('rbac.authorization.k8s.io', 'RoleBinding'),
      manifest('', 'Secret'),
      manifest('', 'Namespace'),
    ]
    expect(planStages(manifests).map(kinds)).toEqual([
      ['Namespace'],
      ['Secret'],
      ['RoleBinding'],
      ['Deployment'],
      ['ValidatingWebhookConfiguration', 'APIService'],
    ])
  })

  it('keep the order within a stage, and are never empty', () => {
    const manifests = [manifest('apps', 'Deployment'), manifest('batch', 'Job'), manifest('', 'Pod')]
    expect(planStages(manifests).map(kinds)).toEqual([['Deployment', 'Job', 'Pod']])
    expect(planStages([])).toEqual([])
  })

  it.each([
    ['a kind that only has the name of one of Kubernetes', 'example.com', 'Namespace'],
    ['a custom resource', 'cert-manager.io', 'Certificate'],
    ['a policy', 'policy', 'PodDisruptionBudget'],
  ])('count %s as a workload', (_what, group, kind) => {
    const manifests = [manifest(group, kind), manifest('', 'ConfigMap')]
    expect(planStages(manifests).map(kinds)).toEqual([['ConfigMap'], [kind]])
  })

  it.each([
    'ServiceAccount',
    'ConfigMap',
    'PersistentVolumeClaim',
    'Service',
    'LimitRange',
    'ResourceQuota',
  ])('have a %s before workloads', kind => {
    const manifests = [manifest('apps', 'StatefulSet'), manifest('', kind)]
    expect(planStages(manifests).map(kinds)).toEqual([[kind], ['StatefulSet']])
  })
})

describe('runs', () => {
  it('are none for nothing', () => {
    expect(planRuns([])).toEqual([])
  })

  it('are one for a few objects, in the order of their stages', () => {
    const runs = planRuns([manifest('apps', 'Deployment'), manifest('', 'Namespace'), manifest('', 'Secret')])
    expect(runs.map(side => side.map(kinds))).toEqual([[['Namespace', 'Secret', 'Deployment']]])
  })

  it('always leave what may refuse others to the end, in a run of its own', () => {
    const webhook = manifest('admissionregistration.k8s.io', 'MutatingWebhookConfiguration')
    const runs = planRuns([webhook, manifest('apps', 'Deployment')])
    expect(runs.map(side => side.map(kinds))).toEqual([[['Deployment']], [['MutatingWebhookConfiguration']]])
    expect(planRuns([webhook]).map(side => side.map(kinds))).toEqual([[['MutatingWebhookConfiguration']]])
  })

  it.each<[number, number[][]]>([
    [150, [[150]]],
    [151, [[38, 38, 38, 37]]],
    [1000, [[250, 250, 250, 250]]],
    [1001, [[201, 201, 201, 201, 197]]],
  ])('split %i objects of one kind evenly', (count, expected) => {
    expect(sizes(planRuns(many('ConfigMap', count)))).toEqual(expected)
  })

  it('split each stage for itself, and small ones not at all', () => {
    const manifests = [...many('Namespace', 3), ...many('ConfigMap', 200), ...many('Deployment', 75, 'apps')]
    expect(sizes(planRuns(manifests))).toEqual([[3], [50, 50, 50, 50], [75]])
  })

  it('hold every object once', () => {
    const manifests = [...many('Secret', 333), ...many('Deployment', 222, 'apps'), ...many('APIService', 1)]
    const planned = planRuns(manifests).flat(2)
    expect(planned).toHaveLength(manifests.length)
    expect(new Set(planned)).toEqual(new Set(manifests))
  })
})
