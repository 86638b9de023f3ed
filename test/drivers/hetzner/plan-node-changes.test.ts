import { expect, it } from 'vitest'
import { planNodeChanges } from '../../../src/drivers/hetzner/plan-node-changes.js'
import type { NodeState } from '../../../src/drivers/hetzner/scripts/nodes.js'
import { slotsOf } from '../../../src/drivers/hetzner/slots.js'
import { controlPlane, wantedOf } from './clusters.js'

const pool = (more: Record<string, unknown>, replicas = 1) => [
  { name: 'gpu', replicas, type: 'cpx32', ...more },
]
const slots = (workers: Record<string, unknown>[]) => slotsOf(wantedOf({ ...controlPlane(1), workers }))
const node = (name: string, more: Partial<NodeState> = {}): NodeState => ({
  name,
  version: 'v1.33.5+k3s1',
  isReady: true,
  labels: {},
  taints: [],
  given: [],
  ...more,
})
const gpu = { key: 'gpu', value: 'yes', effect: 'NoSchedule' } as const

it.each<[what: string, workers: Record<string, unknown>[], nodes: NodeState[], changes: unknown[]]>([
  ['nothing for a pool that says nothing', pool({}), [node('prod-gpu-1', { labels: { a: 'b' } })], []],
  [
    'what a new node lacks, and what it has from k3s is noted',
    pool({ labels: { tier: 'x', 'node-role.kubernetes.io/gpu': '' }, taints: ['gpu=yes:NoSchedule'] }),
    [node('prod-gpu-1', { labels: { tier: 'x' }, taints: [gpu] })],
    [
      {
        nodes: ['prod-gpu-1'],
        labels: ['node-role.kubernetes.io/gpu='],
        taints: [],
        given: ['gpu:NoSchedule', 'node-role.kubernetes.io/gpu', 'tier'],
      },
    ],
  ],
  [
    'nothing for a node that has all of it, and more from others',
    pool({ labels: { tier: 'x' }, taints: ['gpu=yes:NoSchedule'] }),
    [
      node('prod-gpu-1', {
        labels: { tier: 'x', theirs: 'y' },
        taints: [gpu, { key: 'theirs', value: '', effect: 'NoExecute' }],
        given: ['tier', 'gpu:NoSchedule'],
      }),
    ],
    [],
  ],
  [
    'another value',
    pool({ labels: { tier: 'y' }, taints: ['gpu=no:NoSchedule'] }),
    [node('prod-gpu-1', { labels: { tier: 'x' }, taints: [gpu], given: ['gpu:NoSchedule', 'tier'] })],
    [
      {
        nodes: ['prod-gpu-1'],
        labels: ['tier=y'],
        taints: ['gpu=no:NoSchedule'],
        given: ['gpu:NoSchedule', 'tier'],
      },
    ],
  ],
  [
    'what the spec does not want any more, where it is still there',
    pool({ taints: ['gpu=yes:NoExecute'] }),
    [
      node('prod-gpu-1', {
        labels: { tier: 'x' },
        taints: [gpu],
        given: ['gpu:NoSchedule', 'old', 'older:NoExecute', 'tier'],
      }),
    ],
    [
      {
        nodes: ['prod-gpu-1'],
        labels: ['tier-'],
        taints: ['gpu=yes:NoExecute', 'gpu:NoSchedule-'],
        given: ['gpu:NoExecute'],
      },
    ],
  ],
  [
    'nodes that change in the same way together',
    pool({ labels: { tier: 'x' } }, 3),
    [
      node('prod-gpu-1'),
      node('prod-gpu-2', { labels: { tier: 'y' } }),
      node('prod-gpu-3', { given: ['tier'] }),
    ],
    [{ nodes: ['prod-gpu-1', 'prod-gpu-2', 'prod-gpu-3'], labels: ['tier=x'], taints: [], given: ['tier'] }],
  ],
  ['nothing for a node of somebody else', pool({ labels: { tier: 'x' } }), [node('theirs')], []],
  [
    'control planes without a place for workloads once there are workers',
    pool({}),
    [node('prod-cp-1')],
    [
      {
        nodes: ['prod-cp-1'],
        labels: [],
        taints: ['node-role.kubernetes.io/control-plane=:NoSchedule'],
        given: ['node-role.kubernetes.io/control-plane:NoSchedule'],
      },
    ],
  ],
])('plans %s', (_what, workers, nodes, changes) => {
  expect(planNodeChanges(nodes, slots(workers))).toEqual(changes)
})

it('lets control planes carry workloads again when the last workers are gone', () => {
  const own = { key: 'node-role.kubernetes.io/control-plane', value: '', effect: 'NoSchedule' } as const
  const given = ['node-role.kubernetes.io/control-plane:NoSchedule']
  const [change] = planNodeChanges([node('prod-cp-1', { taints: [own], given })], slots([]))
  expect(change).toEqual({
    nodes: ['prod-cp-1'],
    labels: [],
    taints: ['node-role.kubernetes.io/control-plane:NoSchedule-'],
    given: [],
  })
})
