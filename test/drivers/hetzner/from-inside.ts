import type { Hcloud } from '../../../src/hcloud/hcloud.js'
import { simulatedToken } from '../../../src/hcloud/simulator/simulator.js'
import type { Prod } from './prod.js'

/** The labels of what somebody else has made. */
export const mine = { env: 'mine' }

/** What the simulator's API makes of a call that `lo` itself never makes. */
export async function post({ ctx }: Prod, path: string, body: unknown) {
  const response = await ctx.fetch(`https://api.hetzner.cloud/v1${path}`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${simulatedToken}` },
    body: JSON.stringify(body),
  })
  return (await response.json()) as Record<string, { id: number }>
}

export const networkOf = async (hcloud: Hcloud) => (await hcloud.networks.list({ name: 'prod' }))[0]!
export const serverOf = async (hcloud: Hcloud) => (await hcloud.servers.list())[0]!

/** As the cloud controller and the CSI driver make them, from inside the cluster. */
export async function addServices(all: Prod): Promise<void> {
  const { id } = await networkOf(all.hcloud)
  const server = await serverOf(all.hcloud)
  await post(all, '/load_balancers', {
    name: 'a1b2c3',
    load_balancer_type: 'lb11',
    location: 'fsn1',
    network: id,
    labels: { 'hcloud-ccm/service-uid': 'f00d' },
  })
  await post(all, '/volumes', {
    name: 'pvc-1',
    size: 10,
    server: server.id,
    labels: { 'managed-by': 'csi-driver' },
  })
  await post(all, '/volumes', {
    name: 'pvc-2',
    size: 20,
    location: 'fsn1',
    labels: { 'lok8s.dev/cluster': 'prod', 'lok8s.dev/uid': server.labels['lok8s.dev/uid'] },
  })
  await post(all, '/load_balancers', {
    name: 'theirs',
    load_balancer_type: 'lb11',
    location: 'fsn1',
    labels: mine,
  })
  await post(all, '/volumes', { name: 'data', size: 10, location: 'fsn1', labels: mine })
  await all.world.sleep(30_000)
}
