import { describe, expect, it } from 'vitest'
import { readWanted } from '../../../src/drivers/hetzner/wanted.js'
import { LoError } from '../../../src/errors.js'
import { type HetznerConfig, hetznerConfig } from '../../../src/project/spec/hetzner.js'

const read = (config: unknown, { name = 'prod', version = 'v1.33.5' } = {}) =>
  readWanted(
    { name, version, file: 'clusters/example.com/cluster.lok8s.yaml' },
    hetznerConfig().parse(config) as HetznerConfig,
  )

function problemsOf(config: unknown, more = {}): string[] {
  try {
    read(config, more)
    return []
  } catch (error) {
    if (error instanceof LoError) return error.problems.map(({ message }) => message)
    throw error
  }
}

it('fills in everything that a spec may leave open', () => {
  expect(read({})).toEqual({
    cluster: 'prod',
    version: 'v1.33.5+k3s1',
    locations: ['fsn1'],
    image: 'ubuntu-24.04',
    controlPlane: {
      name: 'cp',
      role: 'control-plane',
      replicas: 1,
      types: ['cx33', 'cpx32'],
      labels: {},
      taints: [],
    },
    workers: [],
    network: { servers: '10.0.0.0/16', pods: '10.244.0.0/16', services: '10.96.0.0/16' },
    access: { ssh: ['0.0.0.0/0', '::/0'], api: ['0.0.0.0/0', '::/0'] },
  })
})

it.each<[what: string, config: unknown, taints: string[]]>([
  ['without workers', {}, []],
  ['with a pool that has none yet', { workers: [{ name: 'a', replicas: 0, type: 'cx33' }] }, []],
  ['with workers', { workers: [{ name: 'a', replicas: 1, type: 'cx33' }] }, ['']],
  [
    'with workers, and the taint in the spec too',
    {
      controlPlane: {
        replicas: 1,
        type: 'cx33',
        taints: ['node-role.kubernetes.io/control-plane=mine:NoSchedule'],
      },
      workers: [{ name: 'a', replicas: 1, type: 'cx33' }],
    },
    ['mine'],
  ],
])('keeps workloads off control planes only where there are workers: %s', (_what, config, values) => {
  expect(read(config).controlPlane.taints).toEqual(
    values.map(value => ({ key: 'node-role.kubernetes.io/control-plane', value, effect: 'NoSchedule' })),
  )
})

it('reads pools with candidates, labels and taints', () => {
  const workers = [
    {
      name: 'gpu',
      replicas: 2,
      type: ['ccx33', 'ccx23'],
      labels: { a: 'b' },
      taints: ['gpu=yes:NoExecute', 'x:NoSchedule'],
    },
  ]
  expect(read({ location: ['nbg1', 'fsn1'], workers })).toMatchObject({
    locations: ['nbg1', 'fsn1'],
    workers: [
      {
        name: 'gpu',
        role: 'worker',
        replicas: 2,
        types: ['ccx33', 'ccx23'],
        labels: { a: 'b' },
        taints: [
          { key: 'gpu', value: 'yes', effect: 'NoExecute' },
          { key: 'x', value: '', effect: 'NoSchedule' },
        ],
      },
    ],
  })
})

it.each([
  ['v1.33.5', 'v1.33.5+k3s1'],
  ['1.33.5', 'v1.33.5+k3s1'],
  ['v1.33.5+k3s2', 'v1.33.5+k3s2'],
])('takes %s for the release %s', (version, release) => {
  expect(read({}, { version }).version).toBe(release)
})

describe('a cluster that cannot stand', () => {
  const pool = (name: string, replicas = 1) => ({ name, replicas, type: 'cx33' })

  it.each<[string, unknown, string]>([
    ['two pools of one name', { workers: [pool('a'), pool('a')] }, 'there is another pool a'],
    ['a network that overlaps with pods', { network: { cidr: '10.240.0.0/12' } }, 'overlaps with the pods'],
    [
      'a network that overlaps with services',
      { network: { cidr: '10.96.0.0/16' } },
      'overlaps with the services',
    ],
    ['a network that is not private', { network: { cidr: '100.64.0.0/16' } }, 'is not private'],
    ['a network that is too small', { network: { cidr: '10.0.0.0/25' } }, 'is too small'],
    ['a network of IPv6', { network: { cidr: 'fd00::/8' } }, 'is no network'],
    ['the network of all gateways', { network: { cidr: '172.31.0.0/16' } }, '172.31.1.1'],
    [
      'more addresses than a rule has',
      { firewall: { ssh: Array.from({ length: 101 }, () => '10.0.0.0/8') } },
      'at most 100',
    ],
  ])('has %s', (_what, config, message) => {
    expect(problemsOf(config)).toEqual([expect.stringContaining(message)])
  })

  it('has a server whose name is too long', () => {
    const name = 'a'.repeat(40)
    expect(problemsOf({ workers: [pool('b'.repeat(20), 9)] }, { name })).toEqual([])
    expect(problemsOf({ workers: [pool('b'.repeat(21), 9)] }, { name })).toEqual([
      expect.stringContaining('63'),
    ])
  })

  it('is told with all its reasons at once', () => {
    expect(problemsOf({ workers: [pool('a'), pool('a')], network: { cidr: '8.0.0.0/8' } })).toHaveLength(2)
  })
})
