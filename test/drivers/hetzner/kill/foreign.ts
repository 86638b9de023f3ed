import type { Context } from '../../../../src/context.js'
import { deriveSecrets } from '../../../../src/drivers/hetzner/secrets.js'
import { type Hcloud, openHcloud } from '../../../../src/hcloud/hcloud.js'
import type { Simulator } from '../../../../src/hcloud/simulator/simulator.js'
import { token } from './token.js'

type Clock = Pick<Context, 'now' | 'today' | 'sleep'>

/** A client of the project, in nobody's name. */
export function clientOf(simulator: Simulator, clock: Clock): Hcloud {
  const { signal } = new AbortController()
  return openHcloud({ token, chance: () => 0.5 }, { ...clock, signal, fetch: simulator.fetch })
}

/** What belongs to others: a second cluster, the name of which begins alike, and a server made by hand. */
export async function makeForeign(hcloud: Hcloud): Promise<void> {
  const labels = { 'lok8s.dev/cluster': 'prod-2', 'lok8s.dev/uid': 'fedcba9876543210' }
  const { userKey } = deriveSecrets(token, 'prod-2', 'fedcba9876543210')
  await hcloud.sshKeys.create({ name: 'prod-2-lo-fedc', public_key: userKey.publicKey, labels })
  const { item: network } = await hcloud.networks.create({
    name: 'prod-2',
    ip_range: '10.0.0.0/16',
    subnets: [{ type: 'cloud', ip_range: '10.0.0.0/16', network_zone: 'eu-central' }],
    labels,
  })
  const { item: firewall } = await hcloud.firewalls.create({
    name: 'prod-2-cp',
    rules: [],
    apply_to: [{ type: 'label_selector', label_selector: { selector: 'lok8s.dev/cluster=prod-2' } }],
    labels,
  })
  const server = (name: string, more: object) =>
    hcloud.servers.create({
      name,
      server_type: 'cpx32',
      location: 'fsn1',
      image: 'ubuntu-24.04',
      ssh_keys: ['prod-2-lo-fedc'],
      networks: [],
      firewalls: [],
      user_data: '',
      start_after_create: true,
      public_net: { enable_ipv4: true, enable_ipv6: false },
      labels: {},
      ...more,
    })
  const made = [
    await server('prod-2-cp-1', { labels, networks: [network.id], firewalls: [{ firewall: firewall.id }] }),
    await server('prod-hand-made', {}),
  ]
  for (const { item, actions } of made) await hcloud.wait(item.name, actions, 120_000)
}
