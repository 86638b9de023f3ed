import { deriveSecrets } from '../../../../src/drivers/hetzner/secrets.js'
import { simulatedToken } from '../../../../src/hcloud/simulator/simulator.js'
import { plainServer } from '../../../hcloud/simulator/asking.js'
import { csiLabels, post } from '../from-inside.js'
import type { Prod } from '../prod.js'

/**
 * What belongs to others: a second cluster, the name of which begins alike, with a volume that its CSI driver has made,
 * a server made by hand, and volumes of which nobody can say whose they are.
 */
export async function makeForeign(all: Prod): Promise<void> {
  const { hcloud } = all
  const labels = { 'lok8s.dev/cluster': 'prod-2', 'lok8s.dev/uid': 'fedcba9876543210' }
  const { userKey } = deriveSecrets(simulatedToken, 'prod-2', 'fedcba9876543210')
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
  const made = [
    await hcloud.servers.create({
      ...plainServer('prod-2-cp-1', {
        ssh_keys: ['prod-2-lo-fedc'],
        networks: [network.id],
        firewalls: [{ firewall: firewall.id }],
      }),
      labels,
    } as never),
    await hcloud.servers.create({ ...plainServer('prod-hand-made'), labels: {} } as never),
  ]
  for (const { item, actions } of made) await hcloud.wait(item.name, actions, 120_000)
  const volume = (name: string, more: object) => post(all, '/volumes', { name, size: 10, ...more })
  await volume('pvc-of-prod-2', { server: made[0]!.item.id, labels: csiLabels })
  await volume('pvc-of-nobody', { location: 'fsn1', labels: csiLabels })
  await volume('data-of-others', { server: made[1]!.item.id, labels: { env: 'mine' } })
  await all.world.sleep(30_000)
}
