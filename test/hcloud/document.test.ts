import { expect } from 'vitest'
import { simulate, takeComplaints } from '../helpers/hcloud.js'
import { complainOfRequest, complainOfResponse, itWithDocument } from '../helpers/hcloud-document.js'

const url = (path: string) => new URL(`https://api.hetzner.cloud/v1${path}`)
const server = { name: 'prod-cp-1', server_type: 'cx33', image: 'ubuntu-24.04', ssh_keys: ['prod-lo-0123'] }
const health_check = { protocol: 'tcp', port: 6443, interval: 3, timeout: 2, retries: 2 }
const service = {
  protocol: 'tcp',
  listen_port: 6443,
  destination_port: 6443,
  proxyprotocol: false,
  health_check,
}
const selector = { type: 'label_selector', label_selector: { selector: 'a=b' }, use_private_ip: true }
const balancer = { name: 'prod-api', load_balancer_type: 'lb11', services: [service], targets: [selector] }

const complain = (method: string, path: string, body?: unknown) =>
  complainOfRequest(method, url(path), body === undefined ? undefined : JSON.stringify(body))

itWithDocument.each([
  ['POST', '/servers', { ...server, networks: [1], firewalls: [{ firewall: 2 }] }],
  ['POST', '/load_balancers', balancer],
  ['GET', '/servers?label_selector=a%3Db&page=1&per_page=50', undefined],
  ['GET', '/actions?id=1&id=2', undefined],
])('has nothing against %s %s as it should be', (method, path, body) => {
  expect(complain(method, path, body)).toEqual([])
})

itWithDocument.each<[string, string, string, unknown]>([
  ['a mistyped field', 'POST', '/servers', { ...server, server_typ: 'cx33' }],
  ['a field that is gone', 'POST', '/servers', { ...server, datacenter: 'fsn1-dc14' }],
  ['a mistyped field further in', 'POST', '/servers', { ...server, firewalls: [{ firewall: 1, id: 1 }] }],
  [
    'a mistyped field of a service',
    'POST',
    '/load_balancers',
    { ...balancer, services: [{ ...service, prot: 1 }] },
  ],
  [
    'a mistyped field of a target',
    'POST',
    '/load_balancers',
    { ...balancer, targets: [{ ...selector, private: true }] },
  ],
  ['a name that is none', 'POST', '/servers', { ...server, name: 'prod_cp_1' }],
  ['a missing field', 'POST', '/servers', { name: 'prod-cp-1' }],
  ['a body where there is none', 'POST', '/servers/1/actions/poweron', {}],
  ['a filter that is ignored', 'GET', '/servers?labels=a%3Db', undefined],
  ['a call that does not exist', 'GET', '/server', undefined],
])('has something against %s', (_what, method, path, body) => {
  expect(complain(method, path, body)).not.toEqual([])
})

itWithDocument('has something against an answer without a field it must have', async () => {
  const { simulator, world, hcloud } = simulate()
  await hcloud.placementGroups.create({ name: 'prod', labels: {}, type: 'spread' })
  const {
    placement_groups: [group],
  } = simulator.everything() as { placement_groups: [Record<string, unknown>] }
  const answer = (changed: unknown) =>
    complainOfResponse('GET', url('/placement_groups/1'), 200, JSON.stringify({ placement_group: changed }))
  expect(answer(group)).toEqual([])
  expect(answer({ ...group, created: 'yesterday' })).not.toEqual([])
  const { servers: _gone, ...rest } = group
  expect(answer(rest)).not.toEqual([])
  expect(world.now()).toBeGreaterThan(0)
})

itWithDocument('is asked about every call that a test makes, whatever becomes of the call', async () => {
  const { hcloud } = simulate()
  const wrong = { name: 'prod', labels: {}, type: 'spread', sort: 'wide' } as const
  await expect(hcloud.placementGroups.create(wrong)).rejects.toThrow('unknown field')
  expect(takeComplaints()).toEqual([expect.stringContaining('POST /placement_groups request')])
})
