import { expect, it } from 'vitest'
import { routes } from '../../../src/hcloud/simulator/routes/index.js'
import { type Bare, bare, plainBalancer, plainNetwork, plainServer, plainService } from './asking.js'

const publicKey = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEzKnGxVxYz8cDgwDK5hiQ1vyuEqgeVkVRHbI1o2fMGs someone'

/** Calls every route that is simulated; what it answers is checked against the document on the way. */
async function useEverything({ ask, done }: Bare): Promise<void> {
  const idOf = async (one: string, path: string, body: unknown): Promise<number> =>
    (await done('POST', path, body)).body[one].id
  const look = async (many: string, id: number) => {
    await ask('GET', `/${many}`)
    await ask('GET', `/${many}/${id}`)
    await ask('PUT', `/${many}/${id}`, { labels: { a: 'b' } })
  }
  for (const [many, id] of [
    ['locations', 1],
    ['server_types', 112],
    ['load_balancer_types', 1],
    ['images', 1003],
  ]) {
    await ask('GET', `/${many}`)
    await ask('GET', `/${many}/${id}`)
  }
  await ask('GET', '/pricing')
  const key = await idOf('ssh_key', '/ssh_keys', { name: 'key', public_key: publicKey })
  await look('ssh_keys', key)
  const network = await idOf('network', '/networks', plainNetwork('net', { subnets: [] }))
  await done('POST', `/networks/${network}/actions/add_subnet`, {
    type: 'cloud',
    ip_range: '10.0.0.0/24',
    network_zone: 'eu-central',
  })
  await look('networks', network)
  const rule = { direction: 'in', protocol: 'tcp', port: '22', source_ips: ['0.0.0.0/0', '::/0'] }
  const apply_to = [{ type: 'label_selector', label_selector: { selector: 'a=b' } }]
  const firewall = await idOf('firewall', '/firewalls', { name: 'fw', rules: [rule], apply_to })
  const group = await idOf('placement_group', '/placement_groups', { name: 'pg', type: 'spread' })
  await look('placement_groups', group)
  const { body } = await done(
    'POST',
    '/servers',
    plainServer('one', {
      ssh_keys: ['key'],
      networks: [network],
      placement_group: group,
      firewalls: [{ firewall }],
      labels: { a: 'b' },
    }),
  )
  const server: number = body.server.id
  await ask('GET', `/actions?id=${body.action.id}`)
  await ask('GET', `/actions/${body.action.id}`)
  await look('servers', server)
  await look('firewalls', firewall)
  const act = (many: string, id: number, action: string, body?: unknown) =>
    done('POST', `/${many}/${id}/actions/${action}`, body)
  const balancer = await idOf(
    'load_balancer',
    '/load_balancers',
    plainBalancer('lb', { services: [plainService()] }),
  )
  await act('load_balancers', balancer, 'attach_to_network', { network })
  await act('load_balancers', balancer, 'add_service', plainService(443))
  await act('load_balancers', balancer, 'update_service', { listen_port: 443, destination_port: 8443 })
  const target = { type: 'server', server: { id: server }, use_private_ip: true }
  await act('load_balancers', balancer, 'add_target', target)
  await act('load_balancers', balancer, 'add_target', {
    type: 'label_selector',
    label_selector: { selector: 'a=b' },
    use_private_ip: true,
  })
  await look('load_balancers', balancer)
  await act('load_balancers', balancer, 'remove_target', { type: 'server', server: { id: server } })
  await act('load_balancers', balancer, 'delete_service', { listen_port: 443 })
  await act('load_balancers', balancer, 'disable_public_interface')
  await act('load_balancers', balancer, 'enable_public_interface')
  await act('load_balancers', balancer, 'change_type', { load_balancer_type: 'lb21' })
  await act('load_balancers', balancer, 'change_protection', { delete: true })
  await act('load_balancers', balancer, 'change_protection', { delete: false })
  await act('load_balancers', balancer, 'detach_from_network', { network })
  const volume = await idOf('volume', '/volumes', { name: 'vol', size: 10, server })
  await act('volumes', volume, 'detach')
  await act('volumes', volume, 'attach', { server })
  await act('volumes', volume, 'change_protection', { delete: true })
  await act('volumes', volume, 'change_protection', { delete: false })
  await look('volumes', volume)
  await act('firewalls', firewall, 'set_rules', { rules: [] })
  await act('firewalls', firewall, 'remove_from_resources', { remove_from: apply_to })
  await act('firewalls', firewall, 'apply_to_resources', { apply_to })
  for (const action of [
    'reboot',
    'shutdown',
    'reset',
    'enable_rescue',
    'disable_rescue',
    'poweroff',
    'remove_from_placement_group',
  ]) {
    await act('servers', server, action, action === 'enable_rescue' ? { ssh_keys: [key] } : undefined)
  }
  await act('servers', server, 'add_to_placement_group', { placement_group: group })
  await act('servers', server, 'change_type', { server_type: 'cx43', upgrade_disk: false })
  await act('servers', server, 'detach_from_network', { network })
  await act('servers', server, 'attach_to_network', { network, ip: '10.0.0.9' })
  await act('servers', server, 'change_protection', { delete: true, rebuild: true })
  await act('servers', server, 'change_protection', { delete: false, rebuild: false })
  const [own] = (await ask('GET', '/primary_ips')).body.primary_ips
  await act('primary_ips', own.id, 'unassign')
  await act('primary_ips', own.id, 'assign', { assignee_type: 'server', assignee_id: server })
  await act('servers', server, 'poweron')
  const ip = await idOf('primary_ip', '/primary_ips', { name: 'ip', type: 'ipv4', location: 'fsn1' })
  await act('primary_ips', ip, 'change_protection', { delete: true })
  await act('primary_ips', ip, 'change_protection', { delete: false })
  await look('primary_ips', ip)
  await act('networks', network, 'change_protection', { delete: true })
  await act('networks', network, 'change_protection', { delete: false })
  await done('DELETE', `/servers/${server}`)
  await act('firewalls', firewall, 'remove_from_resources', { remove_from: apply_to })
  await act('networks', network, 'delete_subnet', { ip_range: '10.0.0.0/24' })
  const rest = {
    volumes: volume,
    load_balancers: balancer,
    placement_groups: group,
    firewalls: firewall,
    primary_ips: ip,
    networks: network,
    ssh_keys: key,
  }
  for (const [many, id] of Object.entries(rest)) await ask('DELETE', `/${many}/${id}`)
}

it('answers every call it knows as the document of the API says, and leaves nothing in the end', async () => {
  const simulation = bare()
  await useEverything(simulation)
  const { calls, everything } = simulation.simulator
  expect(calls.filter(({ status }) => status >= 300)).toEqual([])
  expect([...new Set(calls.map(({ route }) => route))].sort()).toEqual(Object.keys(routes).sort())
  expect(Object.values(everything()).flat()).toEqual([])
})
