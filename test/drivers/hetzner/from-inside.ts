import type { Hcloud } from '../../../src/hcloud/hcloud.js'
import { simulatedToken } from '../../../src/hcloud/simulator/simulator.js'
import type { Prod } from './prod.js'

/** What the CSI driver gives volumes: https://github.com/hetznercloud/csi-driver. */
export const csiLabels = { 'managed-by': 'csi-driver' }

/** The labels of what somebody else has made. */
export const mine = { env: 'mine' }

/** What the simulator's API makes of a call that `lo` itself never makes. What it refuses fails the test. */
export async function post({ ctx }: Pick<Prod, 'ctx'>, path: string, body: unknown) {
  const response = await ctx.fetch(`https://api.hetzner.cloud/v1${path}`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${simulatedToken}` },
    body: JSON.stringify(body),
  })
  const text = await response.text()
  if (!response.ok) throw new Error(`POST ${path}: ${text}`)
  return JSON.parse(text) as Record<string, { id: number }>
}

export const networkOf = async (hcloud: Hcloud) => (await hcloud.networks.list({ name: 'prod' }))[0]!
export const serverOf = async (hcloud: Hcloud) => (await hcloud.servers.list())[0]!

/** As the cloud controller and the CSI driver make them, from inside the cluster. */
export async function addServices(all: Pick<Prod, 'ctx' | 'hcloud' | 'world'>): Promise<void> {
  const { id } = await networkOf(all.hcloud)
  const [one] = await all.hcloud.servers.list({ selector: 'lok8s.dev/cluster=prod' })
  const server = one!
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
    labels: csiLabels,
  })
  await post(all, '/volumes', {
    name: 'pvc-2',
    size: 20,
    location: 'fsn1',
    labels: { ...csiLabels, 'lok8s.dev/cluster': 'prod', 'lok8s.dev/uid': server.labels['lok8s.dev/uid'] },
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
