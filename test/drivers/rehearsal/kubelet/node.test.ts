import { describe, expect, it } from 'vitest'
import {
  formatLease,
  formatNodeStatus,
  type Node,
  planNodes,
} from '../../../../src/drivers/rehearsal/kubelet/node.js'
import { nodeNames, ownerOf } from '../../../../src/drivers/rehearsal/kubelet/node-name.js'

const node = (name: string, more: Node['status'] = {}): Node => ({
  metadata: { name, uid: name },
  status: {
    conditions: [{ type: 'Ready', status: 'True' }],
    daemonEndpoints: { kubeletEndpoint: { Port: 4000 } },
    ...more,
  },
})
const unknown = { conditions: [{ type: 'Ready', status: 'Unknown' }] }
const otherPort = { daemonEndpoints: { kubeletEndpoint: { Port: 3999 } } }

describe('planNodes', () => {
  it.each([
    [
      'makes those that are missing',
      [node('rehearsal-0')],
      { create: ['rehearsal-1'], mend: [], remove: [] },
    ],
    [
      'leaves those alone that are well',
      [node('rehearsal-0'), node('rehearsal-1')],
      { create: [], mend: [], remove: [] },
    ],
    [
      'mends those that are not Ready, or have the port of an earlier run',
      [node('rehearsal-0', unknown), node('rehearsal-1', otherPort)],
      { create: [], mend: ['rehearsal-0', 'rehearsal-1'], remove: [] },
    ],
    [
      'removes its own that are too many, and no others',
      [node('rehearsal-0'), node('rehearsal-1'), node('rehearsal-2'), node('rehearsal-10'), node('worker')],
      { create: [], mend: [], remove: ['rehearsal-2', 'rehearsal-10'] },
    ],
  ])('%s', (_name, nodes, plan) => {
    expect(planNodes(nodes, { count: 2, port: 4000 })).toEqual(plan)
  })

  it('takes a status that it has written for well', () => {
    const status = formatNodeStatus('rehearsal-0', {
      port: 0,
      version: 'v1.36.0',
      hostIP: '127.0.0.1',
      now: 0,
    })
    const plan = planNodes([node('rehearsal-0', status)], { count: 1, port: 0 })
    expect(plan).toEqual({ create: [], mend: [], remove: [] })
  })
})

it.each([
  ['rehearsal-0', 'ours'],
  ['rehearsal-2', 'gone'],
  ['rehearsal-02', 'other'],
  ['worker', 'other'],
  [undefined, 'other'],
])('knows whose node %s is', (name, owner) => {
  expect(ownerOf(name, 2)).toBe(owner)
})

it('numbers nodes from zero', () => {
  expect(nodeNames(2)).toEqual(['rehearsal-0', 'rehearsal-1'])
})

it('writes the time of a lease with six digits, as Kubernetes wants it', () => {
  expect(formatLease('rehearsal-0', Date.parse('2026-01-01T00:00:00.120Z'))).toEqual({
    holderIdentity: 'rehearsal-0',
    leaseDurationSeconds: 40,
    renewTime: '2026-01-01T00:00:00.120000Z',
  })
})
