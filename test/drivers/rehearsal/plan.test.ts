import { expect, it } from 'vitest'
import { type Observed, type Ports, planProvision, programs } from '../../../src/drivers/rehearsal/plan.js'

const ports: Ports = {
  etcd: 1,
  'etcd-peer': 2,
  'kube-apiserver': 3,
  'kube-controller-manager': 4,
  'kube-scheduler': 5,
}
const wanted = { name: 'test', nodes: 2, delay: 500 }
const healthy: Observed = { state: { ...wanted, ports }, running: programs, ports }
const all = [...programs]

it.each<[string, Partial<Observed>, { stop: string[]; start: string[] }]>([
  ['nothing when all runs', {}, { stop: [], start: [] }],
  ['everything when nothing runs', { running: [] }, { stop: [], start: all }],
  ['only what has died', { running: all.filter(name => name !== 'etcd') }, { stop: [], start: ['etcd'] }],
  [
    'the nodes anew when there should be more or less of them',
    { state: { ...wanted, nodes: 1, ports } },
    { stop: ['kubelet'], start: ['kubelet'] },
  ],
  [
    'the nodes anew when pods should take another time',
    { state: { ...wanted, delay: 0, ports } },
    { stop: ['kubelet'], start: ['kubelet'] },
  ],
  [
    'all clients anew when the API server has to take another port',
    { running: all.filter(name => name !== 'kube-apiserver'), ports: { ...ports, 'kube-apiserver': 9 } },
    {
      stop: ['kubelet', 'kube-scheduler', 'kube-controller-manager'],
      start: ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kubelet'],
    },
  ],
  [
    'the API server anew, but not its clients, when etcd has to take another port',
    { running: all.filter(name => name !== 'etcd'), ports: { ...ports, etcd: 9 } },
    { stop: ['kube-apiserver'], start: ['etcd', 'kube-apiserver'] },
  ],
])('starts %s', (_what, observed, plan) => {
  expect(planProvision({ ...healthy, ...observed }, wanted)).toEqual(plan)
})

it('starts everything anew when nobody knows how it was started', () => {
  const { state: _unknown, ...observed } = healthy
  expect(planProvision(observed, wanted)).toEqual({ stop: all.toReversed(), start: all })
})
